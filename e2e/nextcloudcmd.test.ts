import { appendFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from './support/compare-trees.ts';
import { type CountingProxy, countingProxy, countWrites } from './support/counting-proxy.ts';
import { davRequests } from './support/dav-requests.ts';
import { makeTree, writeLarge } from './support/make-tree.ts';
import { isNextcloudOwn, type NextcloudClient, nextcloudSyncOk } from './support/nextcloud-client.ts';
import { type NodeWithAccount, nodeWithAccount } from './support/node-with-account.ts';
import { nextcloudAccepts } from './support/odd-names.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { requireTool } from './support/require-tool.ts';

const comparing = { mtime: 's', ignore: isNextcloudOwn } as const;

/** A node with a counting proxy before it, and two nextcloudcmd with a folder each. */
interface World extends AsyncDisposable {
  readonly node: NodeWithAccount;
  readonly proxy: CountingProxy;
  readonly a: NextcloudClient;
  readonly b: NextcloudClient;
}

async function world(program: string): Promise<World> {
  await using cleanup = new AsyncDisposableStack();
  const node = cleanup.use(await nodeWithAccount('nextcloudcmd'));
  const proxy = cleanup.use(await countingProxy(node.node.url));
  const { name: user, token: password } = node.account;
  const client = (label: string): NextcloudClient => ({
    program,
    local: node.folder.at(label),
    home: node.folder.at(`home-${label}`),
    url: proxy.url,
    user,
    password,
    path: '/shared',
  });
  await davRequests(node.davUrl, user, password).status('MKCOL', 'shared');
  const [a, b] = [client('a'), client('b')];
  await Promise.all([a, b].map(({ local }) => mkdir(local)));
  const owned = cleanup.move();
  return { node, proxy, a, b, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('nextcloudcmd takes a tree up and down, and has nothing to do afterwards', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using it = await world(program);
  await makeTree(it.a.local, { seed: 11, files: 150, acceptName: nextcloudAccepts, earlyTimes: false });
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);
  expect(compareTrees(it.a.local, it.b.local, comparing)).toEqual([]);

  // Its own uploads have changed the etags of the folders, so the first run after them looks at all folders again.
  await nextcloudSyncOk(it.a);
  it.proxy.reset();
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);
  expect(countWrites(it.proxy.counts), it.proxy.counts.lines.join('\n')).toBe(0);
  expect(it.proxy.counts.methods.get('PROPFIND')).toBe(2);
  expect(it.proxy.counts.lines.filter((line) => /^GET .*\/shared\//.test(line))).toEqual([]);
});

test('nextcloudcmd carries edits, renames and deletes to another nextcloudcmd', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using it = await world(program);
  const at = (...names: string[]) => join(it.a.local, ...names);
  await makeTree(it.a.local, { seed: 12, files: 60, acceptName: nextcloudAccepts, earlyTimes: false });
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);

  await appendFile(at('sizes/1.bin'), 'more');
  await writeFile(at('new file.txt'), 'new');
  await rename(at('tree'), at('renamed tree'));
  await rename(at('sizes/32768.bin'), at('moved.bin'));
  await rm(at('odd folders'), { recursive: true });
  await rm(at('sizes/0.bin'));
  it.proxy.reset();
  await nextcloudSyncOk(it.a);
  expect(it.proxy.counts.methods.get('MOVE')).toBe(2);
  expect(it.proxy.counts.methods.get('PUT')).toBe(2);
  await nextcloudSyncOk(it.b);
  expect(compareTrees(it.a.local, it.b.local, comparing)).toEqual([]);
});

test('two nextcloudcmd that edited the same file both keep both versions', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using it = await world(program);
  await writeFile(join(it.a.local, 'hello.txt'), 'before');
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);
  await writeFile(join(it.a.local, 'hello.txt'), 'by the one');
  await writeFile(join(it.b.local, 'hello.txt'), 'by the other one');
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);
  const names = (await readdir(it.b.local)).filter((name) => !isNextcloudOwn(name));
  expect(names).toHaveLength(2);
  expect(names.some((name) => name.includes('conflicted copy'))).toBe(true);
  expect(compareTrees(it.a.local, it.b.local, comparing)).toHaveLength(1);
});

test('nextcloudcmd uploads 300 MB in chunks, overwrites them and downloads them', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using it = await world(program);
  const random = pseudoRandom('three hundred');
  const path = join(it.a.local, 'large file.bin');
  await writeLarge(path, 300_000_000, random);
  await nextcloudSyncOk(it.a);
  expect(it.proxy.counts.lines.some((line) => /^PUT \/remote.php\/dav\/uploads\//.test(line))).toBe(true);
  await nextcloudSyncOk(it.b);
  expect(compareTrees(it.a.local, it.b.local, comparing)).toEqual([]);

  await appendFile(path, random.bytes(20_000_000));
  await nextcloudSyncOk(it.a);
  await nextcloudSyncOk(it.b);
  expect(compareTrees(it.a.local, it.b.local, comparing)).toEqual([]);
});
