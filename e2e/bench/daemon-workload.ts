import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdfastPath } from '../support/repository.ts';
import { runOk } from '../support/run-command.ts';
import { addFolder, startSyncDaemon, untilGreen } from '../support/sync-daemon.ts';
import { waitUntil } from '../support/wait-until.ts';
import { benchData, type Workload } from './bench-data.ts';
import type { BenchWorld } from './bench-world.ts';
import { requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';
import { processSeconds } from './process-memory.ts';
import { timedRun } from './timed-run.ts';
import { watchMemory } from './watch-memory.ts';

const firstSyncMs = 1_200_000;

/** The running daemon: what a look at nothing new costs, how soon a change is elsewhere, what it needs when idle. */
export async function daemonWorkload(world: BenchWorld): Promise<void> {
  await withFiles(world, 'W3', 10_000);
  await withFiles(world, 'MEM', world.options.memoryFiles);
}

async function withFiles(world: BenchWorld, workload: Workload, count: number): Promise<void> {
  const files = `${count.toLocaleString('en')} files`;
  const remote = `daemon-${workload}`;
  const source = await world.fresh(remote);
  await timedRun('cp', ['-a', `${await benchData(world.cache, workload, count)}/.`, source]);
  const state = await world.fresh(`state-${remote}`);
  await using daemon = await startSyncDaemon(state);
  using memory = watchMemory(daemon.pid, 100);
  const { name: user, token } = world.account;
  const add = (local: string, url: string, name: string) =>
    addFolder({ state, local, url, user, token, args: ['--token-store', 'file', '--name', name] });
  await add(source, `${world.node.url}/${remote}`, 'all');
  await untilGreen(state, ['all'], firstSyncMs);
  const afterFirst = memory.highest.peak;

  for (let round = 0; round < world.options.rounds + 2; round++) {
    world.results.add(`daemon, ${files}, nothing changed`, who.daemon, 's', await secondsOfRun(state, 'all'));
  }

  // A second folder of the same daemon, on a small part of the server: a change goes from one to the other.
  mkdirSync(join(source, 'small'));
  writeFileSync(join(source, 'small', 'first'), 'first');
  const other = await world.fresh(`${remote}-other`);
  await waitUntil(
    'the small folder',
    async () => (await requestsTo(world.ours).status('GET', `${remote}/small/first`)) === 200,
  );
  await add(other, `${world.node.url}/${remote}/small`, 'small');
  await untilGreen(state, undefined, firstSyncMs);
  for (let round = 0; round < world.options.rounds + 2; round++) {
    const name = `change ${round}`;
    const started = performance.now();
    writeFileSync(join(source, 'small', name), name);
    await waitUntil('the change', () => existsSync(join(other, name)));
    world.results.add(
      `daemon, ${files}, one change there`,
      who.daemon,
      's',
      (performance.now() - started) / 1000,
    );
  }
  await untilGreen(state);

  const seconds = world.options.rounds * 20;
  const before = processSeconds(daemon.pid);
  await sleep(seconds * 1000);
  const used = processSeconds(daemon.pid) - before;
  world.results.add(`daemon, ${files}, idle processor`, who.daemon, '%', (used / seconds) * 100);
  world.results.add(`daemon, ${files}, memory`, who.daemon, 'MB', memory.highest.peak, {
    'after the first sync': afterFirst,
    'PSS now and then': memory.highest.pss,
  });
  await daemon.stop();
  await requestsTo(world.ours).status('DELETE', remote);
}

/** The run itself, as the daemon measures it; the command that asks for it costs about 0.1 s more. */
async function secondsOfRun(state: string, folder: string): Promise<number> {
  const { stdout } = await runOk(holdfastPath, ['folder', 'sync', folder, '--state', state, '--json']);
  const duration = /"duration":([\d.]+)/.exec(stdout)?.[1];
  if (duration === undefined) throw new Error(`no duration in ${stdout}`);
  return Number(duration) / 1000;
}
