import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FolderEvent } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { compareTrees } from './support/compare-trees.ts';
import { readConfig } from './support/config.ts';
import { type NodeWithAccount, nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { holdfastPath } from './support/repository.ts';
import { runCommand, runOk } from './support/run-command.ts';
import { type SyncClient, syncClient, syncOnce, trySync } from './support/sync-client.ts';
import { addFolder, folderStatus, startSyncDaemon, untilGreen } from './support/sync-daemon.ts';
import { type TreeMutator, treeMutator } from './support/tree-mutator.ts';
import { waitUntil } from './support/wait-until.ts';

const { seed } = readConfig();
const pairs = [
  { name: 'one', node: 0, path: 'first' },
  { name: 'two', node: 0, path: 'second' },
  { name: 'three', node: 1, path: 'third' },
] as const;

test(`R7 R11 R17 one daemon keeps three folders of two accounts in sync, killed and restarted meanwhile (seed ${seed})`, async () => {
  await using home = await nodeWithAccount('folders-home');
  await using away = await nodeWithAccount('folders-away');
  const nodes: readonly NodeWithAccount[] = [home, away];
  const state = home.folder.at('state');
  const random = pseudoRandom(seed);
  const worlds = await Promise.all(
    pairs.map(async ({ name, node, path }) => {
      const world = nodes[node] ?? home;
      const local = home.folder.at(name);
      mkdirSync(local);
      const { name: user, token } = world.account;
      const url = `${world.node.url}/${path}`;
      const other = await syncClient({
        ...{ local: home.folder.at(`other ${name}`), state: home.folder.at(`other state ${name}`) },
        ...{ url, user, token },
      });
      const scratch = home.folder.at('scratch');
      const here = treeMutator(local, 'here', scratch, random);
      const there = treeMutator(other.local, 'there', scratch, random);
      return { local, url, user, token, other, here, there };
    }),
  );
  for (const { local, url, user, token } of worlds) {
    await addFolder({ state, local, url, user, token, args: ['--token-store', 'file'] });
  }
  const edit = (mutator: TreeMutator, count: number) => {
    for (let n = 0; n < count; n++) mutator.mutate();
  };
  for (let round = 0; round < 3; round++) {
    await using daemon = await startSyncDaemon(state);
    for (const { here, there, other } of worlds) {
      edit(here, 15);
      edit(there, 10);
      await meet(other);
      edit(here, 5);
    }
    // In the midst of it, as power failures come.
    if (round < 2) await daemon.kill();
    else {
      await untilGreen(state);
      expect((await daemon.stop()).code).toBe(0);
    }
  }
  await using daemon = await startSyncDaemon(state);
  await untilGreen(state);
  // What one has just sent, the other may not have heard of yet.
  let differences: readonly string[] = [];
  const equal = async () => {
    for (const { other } of worlds) await meet(other);
    await untilGreen(state);
    differences = worlds.flatMap(({ local, other }) => compareTrees(local, other.local));
    return differences.length === 0;
  };
  await waitUntil('equal trees', equal, 60_000).catch(() => expect(differences).toEqual([]));
  for (const folder of (await folderStatus(state)).folders) {
    expect(folder.files).toBeGreaterThan(0);
    expect(folder.proven).toBe(folder.files);
  }
  const { code, ms } = await daemon.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(daemon.log()).not.toContain(home.account.token);
});

/** The other computer may meet what the daemon is just doing: then it comes again. */
async function meet(client: SyncClient): Promise<void> {
  await waitUntil('the other computer', async () => (await trySync(client)).code === 0, 120_000);
}

test('a node and the folders of its computer in one process: commands, events, pauses, and no second sync', async () => {
  await using world = await nodeWithAccount('folders-commands');
  const state = world.folder.at('state');
  const local = world.folder.at('local');
  const { name: user, token } = world.account;
  const url = world.node.url;
  const holdfast = (...args: readonly string[]) =>
    runCommand(holdfastPath, [...args, '--state', state], { timeout: 60_000 });
  const answer = async (...args: readonly string[]) =>
    JSON.parse((await runOk(holdfastPath, [...args, '--state', state, '--json'])).stdout);
  const files = ['--token-store', 'file', '--name', 'Work'];

  mkdirSync(local);
  writeFileSync(join(local, 'plan.txt'), 'first');
  const unasked = await runCommand(
    holdfastPath,
    ['folder', 'add', local, url, '--user', user, '--token-stdin', '--state', state],
    { input: token },
  );
  expect(unasked.code).toBe(3);
  expect(unasked.stderr).toContain('plan.txt');
  expect(await answer('folder', 'list')).toEqual([]);
  await addFolder({ state, local, url, user, token, args: files });
  const twice = addFolder({ state, local, url, user, token, args: ['--token-store', 'file'] });
  await expect(twice).rejects.toThrow('synced already, as "Work"');
  expect((await holdfast('status')).code).toBe(4);

  await using _daemon = await startSyncDaemon(state);
  await untilGreen(state);
  expect((await holdfast('status')).code).toBe(0);
  const client = { local, url, user, tokenFile: world.folder.at('token'), state: '' };
  writeFileSync(client.tokenFile, token);
  const [journal = ''] = readdirSync(join(state, 'sync'));
  const second = await trySync({ ...client, state: join(state, 'sync', journal) });
  expect(second.code).toBe(3);
  expect(second.stderr).toContain('holdfast status');

  const follower = new AbortController();
  let told = '';
  const events = runCommand(holdfastPath, ['events', '--json', '--state', state], {
    signal: follower.signal,
    timeout: 60_000,
  }).then(({ stdout }) => {
    told = stdout;
  });
  writeFileSync(join(local, 'plan.txt'), 'second, longer');
  const why = () => answer('why', join(local, 'plan.txt'));
  await waitUntil(
    'the edit',
    async () => (await why()).state === 'equal' && (await why()).agreed.size === 14,
  );
  follower.abort();
  await events;
  expect(told).not.toContain(token);
  const types = told
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as FolderEvent).type);
  expect(types[0]).toBe('snapshot');

  expect((await holdfast('pause', '--for', '1h')).code).toBe(0);
  await waitUntil('the pause', async () => (await folderStatus(state)).folders[0]?.state === 'paused');
  writeFileSync(join(local, 'later.txt'), 'x');
  // While it is paused, nothing holds the journal.
  const planned = await runCommand(holdfastPath, planArguments(client, join(state, 'sync', journal)));
  expect(planned.code).toBe(0);
  await holdfast('resume');
  await untilGreen(state);

  const theirs = await syncClient({
    ...{ local: world.folder.at('theirs'), state: world.folder.at('their state'), url, user, token },
  });
  await syncOnce(theirs);
  rmSync(join(theirs.local, 'later.txt'));
  writeFileSync(join(theirs.local, 'plan.txt'), 'theirs');
  await syncOnce(theirs);
  await waitUntil('their edit', async () => (await why()).agreed?.size === 6, 60_000);
  const history = await answer('history', join(local, 'plan.txt'));
  expect(history.versions[0].size).toBe(14);
  await holdfast('history', join(local, 'plan.txt'), '--restore', '1');
  await waitUntil('the restored version', async () => (await why()).agreed?.size === 14, 60_000);
  const { runs } = await answer('runs');
  expect(runs.length).toBeGreaterThan(2);
  expect(await answer('conflicts')).toEqual([]);
  expect(await answer('limit', '--up', '10M')).toEqual({ up: 10_000_000 });

  await holdfast('limit', '--up', '300K');
  const started = performance.now();
  writeFileSync(join(local, 'large.bin'), pseudoRandom(seed).bytes(1_500_000));
  const large = () => answer('why', join(local, 'large.bin'));
  await waitUntil('the large file', async () => (await large()).agreed?.size === 1_500_000, 60_000);
  expect(performance.now() - started).toBeGreaterThan(2500);

  expect((await holdfast('folder', 'remove', 'Work')).code).toBe(0);
  expect(readdirSync(local)).toContain('plan.txt');
});

function planArguments({ local, url, user, tokenFile }: SyncClient, state: string): string[] {
  return ['sync', local, url, '--user', user, '--token-file', tokenFile, '--state', state, '--plan'];
}
