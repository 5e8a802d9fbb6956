import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAccount, type TestAccount } from '../support/accounts.ts';
import { apacheDav, type DavPeer } from '../support/apache-dav.ts';
import { compareTrees } from '../support/compare-trees.ts';
import { holdfastPath } from '../support/repository.ts';
import { findTool, missingTool } from '../support/require-tool.ts';
import { runCommand } from '../support/run-command.ts';
import { type RunningNode, startNode } from '../support/start-node.ts';
import { type SyncClient, syncArguments, syncClient } from '../support/sync-client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import type { CurlTarget } from './curl-driver.ts';
import { goals } from './goals.ts';
import { processSeconds } from './process-memory.ts';
import { type Results, results } from './results.ts';
import { type TimedRun, timedRun } from './timed-run.ts';
import { type MemoryWatch, watchMemory } from './watch-memory.ts';

/** How the bench was asked to run. */
export interface BenchOptions {
  readonly rounds: number;
  /** Seconds of each load run. */
  readonly loadSeconds: number;
  /** Files for the memory of the client. */
  readonly memoryFiles: number;
  /** Folder for processor profiles of the node and the client; undefined for none. */
  readonly profiles: string | undefined;
}

/** Everything a workload needs: a node and a peer that run all the time, scratch space, the table. */
export interface BenchWorld extends AsyncDisposable {
  readonly options: BenchOptions;
  readonly results: Results;
  readonly node: RunningNode;
  readonly account: TestAccount;
  readonly ours: CurlTarget;
  readonly apache: CurlTarget | undefined;
  /** Memory of the node since it started. */
  readonly nodeMemory: MemoryWatch;
  /** Folder for generated data, kept between runs of the bench. */
  readonly cache: string;
  /** Scratch folder; `fresh` gives an empty one in it. */
  readonly scratch: string;
  fresh(name: string): Promise<string>;
  /** One of our clients, on the folder `remote` of the node. */
  client(name: string, local: string, remote: string): Promise<SyncClient>;
  /** Measures one `sync --once`. */
  sync(client: SyncClient): Promise<TimedRun>;
  /** Runs `act` and tells how many processor seconds the node has spent on it. */
  nodeSeconds<T>(act: () => Promise<T>): Promise<[T, number]>;
}

/** Starts the node and, where it is installed, the peer. */
export async function benchWorld(options: BenchOptions): Promise<BenchWorld> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder('bench'));
  await spreadFolders(folder.path);
  const cache = join(tmpdir(), 'holdfast-bench-data');
  await mkdir(cache, { recursive: true });
  const profiling = (name: string): Record<string, string> =>
    options.profiles === undefined
      ? {}
      : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(options.profiles, name)}` };
  const data = folder.at('node');
  const node = await startNode({ data, env: profiling('node') });
  cleanup.defer(async () => {
    await node.stop();
  });
  const account = await makeAccount(data);
  const nodeMemory = cleanup.use(watchMemory(node.pid, 300));
  const apache = await startApache(cleanup);
  const { name: user, token: password } = account;
  const owned = cleanup.move();
  return {
    options,
    results: results(goals),
    node,
    account,
    ours: { url: `${node.url}/remote.php/dav/files/${user}`, user, password },
    apache: apache && { url: apache.url, user: apache.user, password: apache.password },
    nodeMemory,
    cache,
    scratch: folder.path,
    fresh: async (name) => {
      const path = folder.at(name);
      await rm(path, { recursive: true, force: true });
      await mkdir(path, { recursive: true });
      return path;
    },
    client: (name, local, remote) =>
      syncClient({
        local,
        state: folder.at(`state-${name}`),
        url: `${node.url}/${remote}`,
        user,
        token: password,
      }),
    sync: (client) => timedRun(holdfastPath, syncArguments(client), { env: profiling('client') }),
    nodeSeconds: async (act) => {
      const before = processSeconds(node.pid);
      const result = await act();
      return [result, processSeconds(node.pid) - before];
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Lets ext4 spread what is in a folder over the disk, where it can: next to files that were removed a short while
 * ago it makes new ones up to ten times slower, and every run would pay for the tests and runs before it.
 */
async function spreadFolders(path: string): Promise<void> {
  // Not there, or another file system: then it is as it is.
  await runCommand('chattr', ['+T', path]).catch(() => undefined);
}

async function startApache(cleanup: AsyncDisposableStack): Promise<DavPeer | undefined> {
  const program = findTool('apache2');
  if (program !== undefined) return cleanup.use(await apacheDav(program));
  process.stderr.write(`${missingTool('apache2')}: its rows are left out\n`);
  return undefined;
}

/** Rejects unless two trees hold the same bytes: a fast transfer of something else is none. */
export function expectSame(a: string, b: string, ignore?: (path: string) => boolean): void {
  const differences = compareTrees(a, b, ignore === undefined ? {} : { ignore });
  if (differences.length > 0) throw new Error(`not the same:\n${differences.slice(0, 10).join('\n')}`);
}
