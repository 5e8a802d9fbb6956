import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { AppError, type Random, randomHex } from '@holdfast/base';

const keyBytes = 32;

/**
 * The key with which token hashes are keyed, made at the first start. Durable before it is used, readable by
 * the owner only.
 * @throws AppError `store-damaged` when the file is not such a key: a new one would invalidate every token.
 */
export function readOrMakeSecretKey(path: string, random: Random): Uint8Array {
  const found = readKey(path);
  if (found !== undefined) return found;
  const draft = `${path}.${randomHex(random, 6)}.new`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    writeSync(file, `${randomHex(random, keyBytes)}\n`);
    fsyncSync(file);
    closeSync(file);
    // A link fails where a rename would replace the key of a start that was quicker.
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(path);
  if (made === undefined) throw new AppError('store-damaged', { message: `${path} could not be made.` });
  return made;
}

function readKey(path: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new AppError('store-damaged', {
      message: `${path} is not a key. Put back the one from your backup; without it every token is invalid.`,
    });
  }
  return Buffer.from(text, 'hex');
}
