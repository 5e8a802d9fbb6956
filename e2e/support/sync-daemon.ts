import { type ChildProcess, spawn } from 'node:child_process';
import type { FolderStatus, FoldersStatus } from '@holdfast/protocol';
import { childEnv } from './config.ts';
import { holdfastPath } from './repository.ts';
import { type CommandOptions, killGroup, runCommand, runOk } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

/** `holdfast run --sync-only` as a process of its own. */
export interface SyncDaemon extends AsyncDisposable {
  readonly pid: number;
  /** Everything it has said so far. */
  log(): string;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code and the milliseconds it took. */
  stop(): Promise<{ readonly code: number | undefined; readonly ms: number }>;
}

/** Starts a daemon on a state folder and resolves when it takes commands. */
export async function startSyncDaemon(
  state: string,
  env: Readonly<Record<string, string>> = {},
): Promise<SyncDaemon> {
  const child = spawn(holdfastPath, ['run', '--sync-only', '--state', state], {
    detached: true,
    env: childEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => resolve(code ?? undefined));
  });
  const log = collect(child);
  await waitUntil('the sync daemon', () => {
    if (child.exitCode !== null) throw new Error(`the sync daemon ended\n${log()}`);
    return log().includes(' in sync\n');
  });
  const pid = child.pid ?? 0;
  const kill = async () => {
    killGroup(pid, 'SIGKILL');
    await ended;
  };
  return {
    ...{ pid, log, kill },
    stop: async () => {
      const started = performance.now();
      killGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => killGroup(pid, 'SIGKILL'), 20_000);
      const code = await ended;
      clearTimeout(timer);
      return { code, ms: performance.now() - started };
    },
    [Symbol.asyncDispose]: kill,
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

/** What to add a folder with. */
export interface AddedFolder {
  readonly state: string;
  readonly local: string;
  readonly url: string;
  readonly user: string;
  readonly token: string;
  readonly args?: readonly string[];
}

/** `holdfast folder add … --yes`. */
export async function addFolder(folder: AddedFolder, options: CommandOptions = {}): Promise<void> {
  const { state, local, url, user, token, args = [] } = folder;
  await runOk(
    holdfastPath,
    ['folder', 'add', local, url, '--user', user, '--token-stdin', '--state', state, '--yes', ...args],
    { ...options, input: `${token}\n` },
  );
}

/** `holdfast status --json`, of the folders alone. */
export async function folderStatus(
  state: string,
  options: CommandOptions = {},
): Promise<{ readonly folders: readonly FolderStatus[]; readonly sync: Omit<FoldersStatus, 'folders'> }> {
  const { stdout } = await runCommand(holdfastPath, ['status', '--state', state, '--json'], options);
  return JSON.parse(stdout);
}

/** Resolves when all folders are green, or all that `names` names. */
export async function untilGreen(state: string, names?: readonly string[], timeout = 60_000): Promise<void> {
  let last: readonly FolderStatus[] = [];
  try {
    await waitUntil(
      'green folders',
      async () => {
        last = (await folderStatus(state)).folders.filter(({ name }) => names?.includes(name) ?? true);
        return last.length > 0 && last.every(({ green }) => green);
      },
      timeout,
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${JSON.stringify(last, null, 1)}`);
  }
}
