import { resolve } from 'node:path';
import { AppError } from '@holdfast/base';
import { readSecretFromFile, readSecretFromStdin } from './read-secret.ts';
import type { Terminal } from './terminal.ts';

/** Options that say where a token comes from. It is never an argument: others can read those. */
export interface TokenOptions {
  readonly tokenStdin?: boolean;
  readonly tokenFile?: string;
}

/** The token that was given; undefined for none. @throws AppError `bad-value` for two of them, or an odd one. */
export async function readTokenIfGiven(
  terminal: Terminal,
  { tokenStdin, tokenFile }: TokenOptions,
): Promise<string | undefined> {
  if (tokenStdin === true && tokenFile !== undefined) throw unclear();
  if (tokenFile !== undefined) return await readSecretFromFile(resolve(terminal.cwd, tokenFile), 'token');
  return tokenStdin === true ? await readSecretFromStdin(terminal, 'token') : undefined;
}

/** As `readTokenIfGiven`, where one is needed. */
export async function readToken(terminal: Terminal, options: TokenOptions): Promise<string> {
  const token = await readTokenIfGiven(terminal, options);
  if (token === undefined) throw unclear();
  return token;
}

function unclear(): AppError {
  return new AppError('bad-value', { message: 'Give the token by --token-stdin or by --token-file FILE.' });
}
