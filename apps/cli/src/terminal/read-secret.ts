import { readFile } from 'node:fs/promises';
import { AppError } from '@holdfast/base';
import type { Terminal } from './terminal.ts';

const maxBytes = 64 * 1024;

/** A secret from standard input, without the end of its line. @throws AppError `bad-value` when there is none. */
export async function readSecretFromStdin(terminal: Terminal, what: string): Promise<string> {
  if (terminal.stdin.isTTY) terminal.err(`${what}, then Enter and Ctrl-D: `);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of terminal.stdin) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > maxBytes) throw new AppError('bad-value', { message: `The ${what} is too long.` });
    parts.push(bytes);
  }
  return checked(Buffer.concat(parts), what, 'standard input');
}

/** A secret from a file, without the end of its line. @throws AppError `bad-value`. */
export async function readSecretFromFile(path: string, what: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new AppError(
      'bad-value',
      { message: `The ${what} file ${path} cannot be read.` },
      { cause: error },
    );
  }
  return checked(content, what, path);
}

function checked(content: Buffer, what: string, origin: string): string {
  const text = new TextDecoder().decode(content).replace(/\r?\n$/, '');
  if (text === '') throw new AppError('bad-value', { message: `There is no ${what} in ${origin}.` });
  if (text.includes('\n')) {
    throw new AppError('bad-value', { message: `The ${what} in ${origin} has more than one line.` });
  }
  return text;
}
