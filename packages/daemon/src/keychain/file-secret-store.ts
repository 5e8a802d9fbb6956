import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, type Random } from '@holdfast/base';
import { z } from 'zod';
import { writeFileSafely } from '../folders/write-file-safely.ts';
import type { SecretStore, SecretStoreState } from './secret-store.ts';

const fileSchema = z.looseObject({ version: z.literal(1), secrets: z.record(z.string(), z.string()) });

/** Keeps secrets in a file that only its owner can read, where a person has chosen that. */
export class FileSecretStore implements SecretStore {
  readonly #path: string;
  readonly #random: Random;

  constructor(path: string, random: Random) {
    this.#path = path;
    this.#random = random;
  }

  async get(name: string): Promise<string | undefined> {
    const { secrets } = this.#read();
    return Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  }

  async set(name: string, secret: string): Promise<void> {
    const file = this.#read();
    this.#write({ ...file, secrets: { ...file.secrets, [name]: secret } });
  }

  async delete(name: string): Promise<void> {
    const file = this.#read();
    if (!Object.hasOwn(file.secrets, name)) return;
    const secrets = Object.fromEntries(Object.entries(file.secrets).filter(([other]) => other !== name));
    this.#write({ ...file, secrets });
  }

  async state(): Promise<SecretStoreState> {
    try {
      this.#read();
      return 'ready';
    } catch {
      return 'missing';
    }
  }

  #read(): z.infer<typeof fileSchema> {
    let text: string;
    try {
      if (process.platform !== 'win32' && (statSync(this.#path).mode & 0o077) !== 0) {
        throw refused(`Others can read ${this.#path}. Run "chmod 600" on it, and replace the tokens in it.`);
      }
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        return { version: 1, secrets: {} };
      throw error instanceof AppError ? error : refused(`${this.#path} cannot be read.`, error);
    }
    const parsed = fileSchema.safeParse(parseJson(text));
    if (!parsed.success) throw refused(`${this.#path} is damaged. Move it away, and give the tokens again.`);
    return parsed.data;
  }

  #write(file: z.infer<typeof fileSchema>): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    writeFileSafely(this.#path, `${JSON.stringify(file, null, 2)}\n`, this.#random);
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('keychain-missing', { message }, { cause });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
