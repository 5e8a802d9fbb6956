import { expect, type TestContext, test } from 'vitest';
import { cadaver, putTreeLines } from './support/cadaver-client.ts';
import { clientPair } from './support/client-pair.ts';
import { compareTrees } from './support/compare-trees.ts';
import { readConfig } from './support/config.ts';
import { makeTree, type TreeOptions } from './support/make-tree.ts';
import { isNextcloudOwn, nextcloudSyncOk } from './support/nextcloud-client.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { nextcloudAccepts } from './support/odd-names.ts';
import { rclone, rcloneRemote } from './support/rclone-client.ts';
import { requireTool } from './support/require-tool.ts';
import { syncClient, syncOnce } from './support/sync-client.ts';

/** The size of the tree: the full one is the one of the promise. */
const size: Pick<TreeOptions, 'files' | 'large'> = readConfig().full
  ? { files: 20_500, large: 1_200_000_000 }
  : { files: 2_900 };
const timeout = 3_000_000;

/** Runs a step and notes how long it took, for the record. */
async function timed<T>(context: TestContext, what: string, act: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await act();
  await context.annotate(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

test('our client takes a big tree up and another one brings it back', { timeout }, async (context) => {
  await using pair = await clientPair('big-tree');
  await makeTree(pair.a.local, { seed: 101, ...size });
  await timed(context, 'up', () => syncOnce(pair.a, [], { timeout }));
  await timed(context, 'down', () => syncOnce(pair.b, [], { timeout }));
  expect(compareTrees(pair.a.local, pair.b.local, { mtime: 'ns', executable: true })).toEqual([]);
  await timed(context, 'nothing to do', () => syncOnce(pair.a, [], { timeout }));
});

test('nextcloudcmd takes a big tree up and another one brings it back', { timeout }, async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using world = await nodeWithAccount('big-tree');
  const { folder, account, node } = world;
  const client = (name: string) => ({
    ...{ program, local: folder.at(name), home: folder.at(`home-${name}`), url: node.url },
    ...{ user: account.name, password: account.token, path: '/' },
  });
  const [up, down] = [client('up'), client('down')];
  await makeTree(up.local, { seed: 102, ...size, acceptName: nextcloudAccepts, earlyTimes: false });
  await timed(context, 'up', () => nextcloudSyncOk(up, { timeout }));
  await timed(context, 'down', () => nextcloudSyncOk(down, { timeout }));
  expect(compareTrees(up.local, down.local, { mtime: 's', ignore: isNextcloudOwn })).toEqual([]);
});

test('rclone takes a big tree up and another one brings it back', { timeout }, async (context) => {
  const program = requireTool(context, 'rclone');
  await using world = await nodeWithAccount('big-tree');
  const { folder, davUrl: url, account } = world;
  const { name: user, token: password } = account;
  const remote = await rcloneRemote({ program, url, user, password, vendor: 'nextcloud', home: folder.path });
  await makeTree(folder.at('up'), { seed: 103, ...size, earlyTimes: false });
  // This client sleeps 10 ms between calls, whatever the server does.
  const flags = ['--create-empty-src-dirs', '--transfers', '8'];
  await timed(context, 'up', () => rclone(remote, ['sync', folder.at('up'), 'node:tree', ...flags], timeout));
  await timed(context, 'down', () =>
    rclone(remote, ['sync', 'node:tree', folder.at('down'), ...flags], timeout),
  );
  expect(compareTrees(folder.at('up'), folder.at('down'), { mtime: 's' })).toEqual([]);
});

test('cadaver puts a big tree and our client brings it back', { timeout }, async (context) => {
  const program = requireTool(context, 'cadaver');
  await using world = await nodeWithAccount('big-tree');
  const { folder, davUrl, account, node } = world;
  const { name: user, token } = account;
  const [home, local] = [folder.at('home'), folder.at('up')];
  // It expands patterns and reads a leading dash as an option.
  const acceptName = (name: string) => !/[*?[\]\\]|^-/.test(name);
  await makeTree(local, { seed: 104, ...size, acceptName });
  const target = { program, url: davUrl, user, password: token, home, local };
  const said = await timed(context, 'up', () => cadaver(target, putTreeLines(local), timeout));
  expect(said.stdout.split('\n').filter((line) => /failed|error/i.test(line))).toEqual([]);
  const back = await syncClient({
    ...{ local: folder.at('down'), state: folder.at('state'), url: `${node.url}/`, user, token },
  });
  await timed(context, 'down', () => syncOnce(back, [], { timeout }));
  expect(compareTrees(local, back.local)).toEqual([]);
});
