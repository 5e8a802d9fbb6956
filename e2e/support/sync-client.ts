import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { holdfastPath } from './repository.ts';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts';

/** One of our clients: a local folder, its state, and what it syncs with. */
export interface SyncClient {
  readonly local: string;
  readonly state: string;
  readonly url: string;
  readonly user: string;
  readonly tokenFile: string;
}

/** Makes the folders and the token file of a client. */
export async function syncClient(parts: {
  readonly local: string;
  readonly state: string;
  readonly url: string;
  readonly user: string;
  readonly token: string;
}): Promise<SyncClient> {
  await mkdir(parts.local, { recursive: true });
  await mkdir(dirname(parts.state), { recursive: true });
  const tokenFile = `${parts.state}.token`;
  await writeFile(tokenFile, `${parts.token}\n`, { mode: 0o600 });
  const { local, state, url, user } = parts;
  return { local, state, url, user, tokenFile };
}

/** The arguments of one run of `holdfast sync`. */
export function syncArguments(client: SyncClient, extra: readonly string[] = ['--once']): string[] {
  return [
    ...['sync', client.local, client.url, '--user', client.user],
    ...['--token-file', client.tokenFile, '--state', client.state, '--json', ...extra],
  ];
}

/** Runs `holdfast sync --once --json`, whatever comes of it. */
export function trySync(
  client: SyncClient,
  extra: readonly string[] = [],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return runCommand(holdfastPath, syncArguments(client, ['--once', ...extra]), options);
}

/** Runs `holdfast sync --once --json` and rejects, with all it said, unless it ends well. */
export async function syncOnce(
  client: SyncClient,
  extra: readonly string[] = [],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await trySync(client, extra, options);
  if (result.code !== 0) {
    const end = result.signal ?? `exit code ${result.code}`;
    throw new Error(`sync of ${client.local}: ${end}\n${result.stdout}\n${result.stderr}`);
  }
  return result;
}
