import { mkdir } from 'node:fs/promises';
import { type CommandResult, runCommand } from './run-command.ts';

/** One nextcloudcmd with a home and a local folder of its own. */
export interface NextcloudClient {
  readonly program: string;
  readonly local: string;
  readonly home: string;
  /** Root of the server. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Folder on the server, which must exist; `/` for all. */
  readonly path: string;
}

/** What nextcloudcmd keeps in the synced folder for itself. */
export function isNextcloudOwn(path: string): boolean {
  return /(^|\/)(\.sync_[0-9a-f]+\.db.*|\._sync_.*\.db.*|\.owncloudsync\.log.*|\.nextcloudsync\.log.*)$/.test(
    path,
  );
}

/** Runs it once over the whole folder, hidden files included. */
export async function nextcloudSync(
  client: NextcloudClient,
  options: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<CommandResult> {
  await mkdir(client.local, { recursive: true });
  await mkdir(client.home, { recursive: true });
  const { program, local, home, url, user, password, path } = client;
  return await runCommand(
    program,
    [
      ...['--non-interactive', '-h', '--max-sync-retries', '3'],
      ...['-u', user, '-p', password, '--path', path, local, url],
    ],
    { env: { HOME: home, QT_QPA_PLATFORM: 'offscreen', LANG: 'C.UTF-8' }, ...options },
  );
}

/** Runs it once and rejects, with the end of its log, unless it ends well. */
export async function nextcloudSyncOk(
  client: NextcloudClient,
  options: { readonly timeout?: number } = {},
): Promise<CommandResult> {
  const result = await nextcloudSync(client, options);
  if (result.code !== 0) {
    throw new Error(
      `nextcloudcmd: exit code ${result.code}\n${result.stdout}\n${result.stderr.slice(-6000)}`,
    );
  }
  return result;
}
