import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isNextcloudOwn } from '../support/nextcloud-client.ts';
import { findTool } from '../support/require-tool.ts';
import { benchData, type Workload } from './bench-data.ts';
import { type BenchWorld, expectSame } from './bench-world.ts';
import { type CurlTarget, curlDown, curlUp, requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

/** W1 and W2: everything goes up into an empty folder and comes back into another one, each peer in turn. */
export async function transferWorkload(world: BenchWorld, workload: Workload): Promise<void> {
  const source = await benchData(world.cache, workload);
  for (let round = 0; round < world.options.rounds; round++) {
    if (world.apache) await byCurl(world, workload, source, round, world.apache, who.curlApache);
    await byCurl(world, workload, source, round, world.ours, who.curlOurs);
    await byOurClient(world, workload, source, round);
    await byNextcloud(world, workload, source, round);
    await byCopying(world, workload, source);
  }
}

async function byCurl(
  world: BenchWorld,
  workload: Workload,
  source: string,
  round: number,
  target: CurlTarget,
  name: string,
): Promise<void> {
  const remote = `curl-${workload}-${round}`;
  const into = await world.fresh('down');
  const [up, upCpu] = await world.nodeSeconds(() => curlUp(target, source, remote, world.scratch));
  world.results.add(`${workload} up`, name, 's', up.seconds, { 'node CPU s': upCpu });
  const [down, downCpu] = await world.nodeSeconds(() =>
    curlDown(target, source, remote, into, world.scratch),
  );
  world.results.add(`${workload} down`, name, 's', down.seconds, { 'node CPU s': downCpu });
  expectSame(source, into);
  await requestsTo(target).status('DELETE', remote);
}

async function byOurClient(
  world: BenchWorld,
  workload: Workload,
  source: string,
  round: number,
): Promise<void> {
  const remote = `client-${workload}-${round}`;
  const into = await world.fresh('down');
  const add = (what: string, [run, cpu]: [TimedRun, number]) =>
    world.results.add(`${workload} ${what}`, who.ourClient, 's', run.seconds, {
      'node CPU s': cpu,
      'client CPU s': run.cpu,
      'client MB': run.memory,
    });
  const up = await world.client(`up-${workload}-${round}`, source, remote);
  add('up', await world.nodeSeconds(() => world.sync(up)));
  const down = await world.client(`down-${workload}-${round}`, into, remote);
  add('down', await world.nodeSeconds(() => world.sync(down)));
  expectSame(source, into);
  await requestsTo(world.ours).status('DELETE', remote);
}

async function byNextcloud(
  world: BenchWorld,
  workload: Workload,
  source: string,
  round: number,
): Promise<void> {
  const program = findTool('nextcloudcmd');
  if (program === undefined) return;
  const remote = `nextcloud-${workload}-${round}`;
  const [from, into] = [await world.fresh('nextcloud-up'), await world.fresh('down')];
  // It keeps its database in the folder, so it gets a copy.
  await timedRun('cp', ['-a', `${source}/.`, from]);
  await requestsTo(world.ours).status('MKCOL', remote);
  const run = async (local: string) => {
    const home = await world.fresh('nextcloud-home');
    return await timedRun(program, nextcloudArguments(world, local, remote), {
      env: { HOME: home, QT_QPA_PLATFORM: 'offscreen' },
    });
  };
  const [up, upCpu] = await world.nodeSeconds(() => run(from));
  world.results.add(`${workload} up`, who.nextcloud, 's', up.seconds, { 'node CPU s': upCpu });
  const [down, downCpu] = await world.nodeSeconds(() => run(into));
  world.results.add(`${workload} down`, who.nextcloud, 's', down.seconds, { 'node CPU s': downCpu });
  expectSame(from, into, isNextcloudOwn);
  await requestsTo(world.ours).status('DELETE', remote);
}

function nextcloudArguments(world: BenchWorld, local: string, remote: string): string[] {
  const { name, token } = world.account;
  return ['--non-interactive', '-u', name, '-p', token, '--path', `/${remote}`, local, world.node.url];
}

async function byCopying(world: BenchWorld, workload: Workload, source: string): Promise<void> {
  const into = await world.fresh('copy');
  const copied = await timedRun('cp', ['-a', `${source}/.`, into]);
  world.results.add(`${workload} up`, who.cp, 's', copied.seconds);
  if (findTool('rsync') === undefined) return;
  const synced = join(await world.fresh('rsync'), 'into');
  await mkdir(synced);
  const run = await timedRun('rsync', ['-a', `${source}/`, `${synced}/`]);
  world.results.add(`${workload} up`, who.rsync, 's', run.seconds);
}
