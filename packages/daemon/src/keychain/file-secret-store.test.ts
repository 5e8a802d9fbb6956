import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileSecretStore } from './file-secret-store.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
  path = join(root, 'state', 'secrets.json');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = () => new FileSecretStore(path, systemRandom);

it('R17 keeps secrets across restarts, in a file that only its owner can read', async () => {
  await open().set('a', 'one');
  await open().set('b', 'two');
  await open().set('a', 'three');
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(readdirSync(join(root, 'state'))).toEqual(['secrets.json']);
  expect(await open().get('a')).toBe('three');
  await open().delete('a');
  await open().delete('a');
  expect([await open().get('a'), await open().get('b')]).toEqual([undefined, 'two']);
  expect(await open().get('__proto__')).toBeUndefined();
  expect(await open().state()).toBe('ready');
});

it('refuses a file that others can read, and a damaged one, and never says that there is no secret', async () => {
  await open().set('a', 'one');
  chmodSync(path, 0o644);
  await expect(open().get('a')).rejects.toMatchObject({ code: 'keychain-missing' });
  expect(await open().state()).toBe('missing');
  chmodSync(path, 0o600);
  for (const text of ['', '{"version":1', '{"version":9,"secrets":{}}', '{"version":1,"secrets":{"a":5}}']) {
    writeFileSync(path, text);
    await expect(open().get('a')).rejects.toMatchObject({ code: 'keychain-missing' });
    await expect(open().set('a', 'b')).rejects.toMatchObject({ code: 'keychain-missing' });
  }
});
