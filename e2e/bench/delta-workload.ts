import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { countingProxy } from '../support/counting-proxy.ts';
import { isNextcloudOwn } from '../support/nextcloud-client.ts';
import { type PseudoRandom, pseudoRandom } from '../support/pseudo-random.ts';
import { findTool } from '../support/require-tool.ts';
import type { SyncClient } from '../support/sync-client.ts';
import { benchData } from './bench-data.ts';
import { type BenchWorld, expectSame } from './bench-world.ts';
import { requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';
import { timedRun } from './timed-run.ts';

const mebibyte = 2 ** 20;
const editedAt = 1_710_000_000;

/** One change of the large file at `path`. */
type Edit = (path: string, random: PseudoRandom) => Promise<void>;

const edits: readonly { name: string; edit: Edit }[] = [
  { name: '1 MiB changed', edit: overwriteInTheMiddle },
  { name: '100 bytes inserted', edit: insertNearTheFront },
];

/** W4: a file of 256 MiB is changed a little; it goes up, and down to a second client. */
export async function deltaWorkload(world: BenchWorld): Promise<void> {
  for (const { name, edit } of edits) {
    await byOurClients(world, name, edit);
    await byNextcloud(world, name, edit);
    await byRsync(world, name, edit);
  }
}

async function byOurClients(world: BenchWorld, name: string, edit: Edit): Promise<void> {
  const remote = 'client-W4';
  const [source, into] = [await world.fresh('W4'), await world.fresh('W4-down')];
  await copyOfData(world, source);
  const up = await world.client(`W4-up-${name}`, source, remote);
  const down = await world.client(`W4-down-${name}`, into, remote);
  await world.sync(up);
  await world.sync(down);
  const random = pseudoRandom(`W4 ${name}`);
  for (let round = 0; round < world.options.rounds; round++) {
    await edit(fileIn(source), random);
    for (const [what, client] of [['up', up] as const, ['down', down] as const]) {
      const [run, cpu] = await world.nodeSeconds(() => world.sync(client));
      world.results.add(`W4 ${name}, ${what}`, who.ourClient, 's', run.seconds, {
        'node CPU s': cpu,
        'client CPU s': run.cpu,
        'client MB': run.memory,
      });
    }
    expectSame(source, into);
  }
  // Counted apart, because the counting costs time.
  await using proxy = await countingProxy(world.node.url);
  const counted = (client: SyncClient) => ({
    ...client,
    url: `${proxy.url}/${remote}`,
    state: `${client.state}-counted`,
  });
  for (const client of [up, down]) await world.sync(counted(client));
  await edit(fileIn(source), random);
  for (const [what, client] of [['up', up] as const, ['down', down] as const]) {
    proxy.reset();
    await world.sync(counted(client));
    world.results.add(
      `W4 ${name}, ${what}, on the wire`,
      who.ourClient,
      'MB',
      (proxy.counts.up + proxy.counts.down) / 1e6,
    );
  }
  expectSame(source, into);
  await requestsTo(world.ours).status('DELETE', remote);
}

async function byNextcloud(world: BenchWorld, name: string, edit: Edit): Promise<void> {
  const program = findTool('nextcloudcmd');
  if (program === undefined) return;
  const remote = 'nextcloud-W4';
  const source = await world.fresh('nextcloud-up');
  await copyOfData(world, source);
  await requestsTo(world.ours).status('MKCOL', remote);
  const { name: user, token } = world.account;
  const run = async () => {
    const home = await world.fresh('nextcloud-home');
    return await timedRun(
      program,
      ['--non-interactive', '-u', user, '-p', token, '--path', `/${remote}`, source, world.node.url],
      { env: { HOME: home, QT_QPA_PLATFORM: 'offscreen' } },
    );
  };
  await run();
  await edit(fileIn(source), pseudoRandom(`W4 ${name}`));
  world.results.add(`W4 ${name}, up`, who.nextcloud, 's', (await run()).seconds);
  const check = await world.fresh('W4-check');
  await world.sync(await world.client(`W4-check-${name}`, check, remote));
  expectSame(source, check, isNextcloudOwn);
  await requestsTo(world.ours).status('DELETE', remote);
}

async function byRsync(world: BenchWorld, name: string, edit: Edit): Promise<void> {
  if (findTool('rsync') === undefined) return;
  const [source, into] = [await world.fresh('rsync'), await world.fresh('rsync-into')];
  await copyOfData(world, source);
  const run = () => timedRun('rsync', ['-a', '--no-whole-file', '--stats', `${source}/`, `${into}/`]);
  await run();
  const random = pseudoRandom(`W4 ${name}`);
  for (let round = 0; round < world.options.rounds; round++) {
    await edit(fileIn(source), random);
    // It does not see a change within the same second.
    await utimes(fileIn(source), editedAt + 100 * round, editedAt + 100 * round);
    const { seconds, stdout } = await run();
    const bytes = [...stdout.matchAll(/^Total bytes (?:sent|received): ([\d,]+)/gm)]
      .map(([, digits = '']) => Number(digits.replaceAll(',', '')))
      .reduce((sum, value) => sum + value, 0);
    world.results.add(`W4 ${name}, up`, who.rsync, 's', seconds, { 'wire MB': bytes / 1e6 });
  }
  expectSame(source, into);
}

async function copyOfData(world: BenchWorld, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await timedRun('cp', ['-a', `${await benchData(world.cache, 'W4')}/.`, into]);
}

function fileIn(folder: string): string {
  return join(folder, 'big', 'f00000.bin');
}

async function overwriteInTheMiddle(path: string, random: PseudoRandom): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(random.bytes(mebibyte), 0, mebibyte, 100 * mebibyte + random.int(50 * mebibyte));
  await file.close();
}

/** As editors do: a new file is written and takes the place of the old one. */
async function insertNearTheFront(path: string, random: PseudoRandom): Promise<void> {
  const at = 10_000 + random.int(100_000);
  const next = `${path}.next`;
  await pipeline(async function* () {
    yield* createReadStream(path, { end: at - 1 });
    yield random.bytes(100);
    yield* createReadStream(path, { start: at });
  }, createWriteStream(next));
  await rm(path);
  await rename(next, path);
}
