import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '@holdfast/base';
import type { z } from 'zod';
import { configKeys } from './config-keys.ts';
import { type Config, configSchema } from './config-schema.ts';

/** Where settings come from, besides the defaults. Later ones win: file, environment, flags. */
export interface ConfigSources {
  /** A configuration file that was named; without it `config.json` in the data folder is read where there is one. */
  readonly file?: string;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By key, as in `{ 'http.listen': '127.0.0.1:0' }`; undefined for flags that were not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The data folder when nothing names one. */
  readonly defaultData: string;
  /** What relative paths are relative to. */
  readonly cwd: string;
}

/** The settings, and for each key where it came from, in words. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: ReadonlyMap<string, string>;
}

/** One thing that is wrong with the settings. */
export interface ConfigProblem {
  readonly key: string;
  readonly message: string;
  readonly origin: string;
}

const defaultOrigin = 'default';
const maxFileBytes = 1024 * 1024;

/**
 * Reads the settings once.
 * @throws AppError `config-invalid` with every problem and its origin (`details.problems`).
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const values = new Map<string, { value: unknown; origin: string }>();
  const problems: ConfigProblem[] = [];
  const data = String(sources.flags.data ?? sources.env.HOLDFAST_DATA ?? sources.defaultData);
  values.set('data', { value: sources.defaultData, origin: defaultOrigin });
  const raw = readFile(sources, data, problems);
  const known = configKeys();
  for (const { key, path, variable } of known) {
    const inFile = path.reduce<unknown>(
      (part, name) => (isRecord(part) ? part[name] : undefined),
      raw?.content,
    );
    if (raw && inFile !== undefined) values.set(key, { value: inFile, origin: `file ${raw.file}` });
    const inEnv = sources.env[variable];
    if (inEnv !== undefined) values.set(key, { value: inEnv, origin: `environment ${variable}` });
    const flag = sources.flags[key];
    if (flag !== undefined) values.set(key, { value: flag, origin: 'command line' });
  }
  const input: Record<string, unknown> = structuredClone(raw?.content) ?? {};
  for (const { key, path } of known) {
    const found = values.get(key);
    if (found) place(input, path, found.value);
  }
  const parsed = configSchema.safeParse(input);
  const origins = new Map(known.map(({ key }) => [key, values.get(key)?.origin ?? defaultOrigin]));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(...problemsOf(issue, origins, raw?.file));
  }
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  const config = resolvePaths(parsed.data, sources.cwd);
  return { config: deepFreeze(config), origins };
}

function readFile(sources: ConfigSources, data: string, problems: ConfigProblem[]) {
  const file = resolve(sources.cwd, sources.file ?? join(data, 'config.json'));
  const refuse = (message: string) => {
    problems.push({ key: '', message, origin: `file ${file}` });
    return undefined;
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' && sources.file === undefined) return undefined;
    return refuse(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
  if (text.length > maxFileBytes) return refuse('is too large for a configuration file');
  try {
    const content: unknown = JSON.parse(text);
    return isRecord(content) ? { file, content } : refuse('must hold one JSON object');
  } catch (error) {
    return refuse(`is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function problemsOf(
  issue: z.core.$ZodIssue,
  origins: ReadonlyMap<string, string>,
  file = '',
): ConfigProblem[] {
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      key: [...issue.path, name].join('.'),
      message: 'there is no such setting',
      origin: `file ${file}`,
    }));
  }
  return [{ key, message: issue.message, origin: origins.get(key) ?? `file ${file}` }];
}

function invalid(problems: readonly ConfigProblem[]): AppError {
  const lines = problems.map(({ key, message, origin }) =>
    [key, message, `(${origin})`].filter(Boolean).join(' '),
  );
  const message = ['The configuration is not valid:', ...lines.map((line) => `  ${line}`)].join('\n');
  return new AppError('config-invalid', { message, problems });
}

function resolvePaths(config: Config, cwd: string): Config {
  const { tlsCert, tlsKey, ...http } = config.http;
  return {
    ...config,
    data: resolve(cwd, config.data),
    http: {
      ...http,
      ...(tlsCert === undefined ? {} : { tlsCert: resolve(cwd, tlsCert) }),
      ...(tlsKey === undefined ? {} : { tlsKey: resolve(cwd, tlsKey) }),
    },
  };
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  // A group that is no object in the file stays, so that the schema names it as the problem.
  if (inner !== undefined && !isRecord(inner)) return;
  const group = inner ?? {};
  target[name] = group;
  place(group, rest, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
