import { readFileSync } from 'node:fs';
import { AppError, type Random } from '@holdfast/base';
import { type Settings, settingsSchema, settingsVersion } from './settings.ts';
import { writeFileSafely } from './write-file-safely.ts';

/** The settings file of a state folder. Whoever writes it holds the lock of the folder. */
export class SettingsFile {
  readonly path: string;
  readonly #random: Random;
  #settings: Settings;

  /** @throws AppError `data-too-new`; `store-damaged` when it cannot be understood: it is never overwritten then. */
  constructor(path: string, random: Random) {
    this.path = path;
    this.#random = random;
    this.#settings = readSettings(path);
  }

  /** As they were last written. */
  get settings(): Settings {
    return this.#settings;
  }

  /** Changes the settings; they are durable when it returns. */
  update(change: (settings: Settings) => Settings): Settings {
    const next = change(this.#settings);
    writeFileSafely(this.path, `${JSON.stringify(next, null, 2)}\n`, this.#random);
    this.#settings = next;
    return next;
  }
}

/** Reads settings without changing anything; those of a new computer where there are none. @throws as `SettingsFile`. */
export function readSettings(path: string): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return settingsSchema.parse({ version: settingsVersion });
    }
    throw damaged(path, 'cannot be read', error);
  }
  const raw = parseJson(text);
  if (raw === undefined) throw damaged(path, 'is not JSON');
  if (versionOf(raw) > settingsVersion) {
    throw new AppError('data-too-new', {
      message: `A newer Holdfast has written ${path}. Update this one first.`,
    });
  }
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(path, `does not fit at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`);
}

function versionOf(raw: unknown): number {
  const version = typeof raw === 'object' && raw !== null && 'version' in raw ? raw.version : undefined;
  return typeof version === 'number' ? version : 0;
}

function damaged(path: string, what: string, cause?: unknown): AppError {
  return new AppError(
    'store-damaged',
    {
      message: `${path} ${what}. Mend it, or move it away and add the folders again: no file is lost by that.`,
    },
    { cause },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
