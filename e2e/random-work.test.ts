import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { makeAccount } from './support/accounts.ts';
import { apacheDav, type DavPeer } from './support/apache-dav.ts';
import { checkStore } from './support/check-store.ts';
import { compareTrees } from './support/compare-trees.ts';
import { readConfig } from './support/config.ts';
import { cuttingProxy } from './support/cutting-proxy.ts';
import { davRequests } from './support/dav-requests.ts';
import { isNextcloudOwn, nextcloudSync, nextcloudSyncOk } from './support/nextcloud-client.ts';
import { type PseudoRandom, pseudoRandom } from './support/pseudo-random.ts';
import { restlessSync, type Worker, workForAWhile, workIn } from './support/random-work.ts';
import { rcloneServe } from './support/rclone-serve.ts';
import { readTree } from './support/read-tree.ts';
import { requireTool } from './support/require-tool.ts';
import { startNode } from './support/start-node.ts';
import { type SyncClient, syncClient, syncOnce } from './support/sync-client.ts';
import { type TempFolder, tempFolder } from './support/temp-folder.ts';
import type { Writings } from './support/tree-mutator.ts';

const noWritings = (): Writings => ({ living: new Map(), everWritten: new Set() });

function ourWorker(client: SyncClient, folder: TempFolder, random: PseudoRandom, writings: Writings): Worker {
  const name = client.local.split('/').at(-1) ?? '';
  return {
    name,
    local: client.local,
    mutate: workIn(name, client.local, folder.at(`scratch-${name}`), random, writings),
    sync: async () => {
      await restlessSync(client, random);
      await sleep(random.int(800));
    },
  };
}

/** What was written, is not in any of the trees, and was not replaced or deleted by anybody. */
function lostFrom(writings: Writings, roots: readonly string[]): [string, string][] {
  const there = new Set(roots.flatMap((root) => [...readTree(root).values()]));
  return [...writings.living].filter(([hash]) => !there.has(hash));
}

test('R1 R7 two of our clients and nextcloudcmd work at random on one node, with kills and cuts, and end equal', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  const { seed, minutes } = readConfig();
  const random = pseudoRandom(`random work ${seed}`);
  await using folder = await tempFolder('random-work');
  await using cleanup = new AsyncDisposableStack();
  const data = folder.at('node');
  let node = await startNode({ data });
  cleanup.defer(() => node.kill());
  const account = await makeAccount(data);
  const proxy = cleanup.use(await cuttingProxy(node.port));
  const dav = davRequests(`${node.url}/remote.php/dav/files/${account.name}`, account.name, account.token);
  expect(await dav.status('MKCOL', 'shared')).toBe(201);
  const writings = noWritings();
  const ours = await Promise.all(
    ['a', 'b'].map((name) =>
      syncClient({
        local: folder.at(name),
        state: folder.at(`state-${name}`),
        url: `${proxy.url}/shared`,
        user: account.name,
        token: account.token,
      }),
    ),
  );
  const other = {
    program,
    local: folder.at('c'),
    home: folder.at('nextcloud-home'),
    url: proxy.url,
    user: account.name,
    password: account.token,
    path: '/shared',
  };
  await mkdir(other.local);
  const workers: Worker[] = [
    ...ours.map((client) => ourWorker(client, folder, random, writings)),
    {
      name: 'c',
      local: other.local,
      mutate: workIn('c', other.local, folder.at('scratch-c'), random, writings),
      sync: async () => {
        // After a reset it may wait five minutes for an answer to a request that it never sent.
        await nextcloudSync(other, { signal: AbortSignal.timeout(30_000) });
        await sleep(random.int(800));
      },
    },
  ];
  for (let i = 0; i < 60; i++) random.pick(workers).mutate();
  let kills = 0;
  await workForAWhile(workers, minutes, random, async () => {
    if (random.int(4) === 0) {
      // Its port may be somebody else's before it is back.
      proxy.open = false;
      await node.kill();
      proxy.cut();
      kills += 1;
      node = await startNode({ data });
      proxy.retarget(node.port);
      proxy.open = true;
    } else if (random.int(2) === 0) proxy.cut();
    else {
      proxy.open = false;
      proxy.cut();
      await sleep(random.int(2000));
      proxy.open = true;
    }
  });
  expect(kills + minutes).toBeGreaterThan(0);

  for (let round = 0; round < 3; round++) {
    for (const client of ours) await syncOnce(client, ['--allow-mass-change']);
    await nextcloudSyncOk(other);
  }
  for (const client of ours) await syncOnce(client);
  const [a, b] = ours.map((client) => client.local);
  expect(compareTrees(a ?? '', b ?? '', { mtime: 'ns', executable: true })).toEqual([]);
  // What it sets aside in a conflict, and what it has half fetched, stays on its computer.
  const ignore = (path: string) =>
    isNextcloudOwn(path) || /\(conflicted copy |\/\.[^/]*\.~[0-9a-f]+$/.test(path);
  expect(compareTrees(a ?? '', other.local, { mtime: 's', ignore })).toEqual([]);
  expect(
    lostFrom(
      writings,
      workers.map(({ local }) => local),
    ),
    `seed ${seed}`,
  ).toEqual([]);
  await node.stop();
  const check = await checkStore(data);
  expect(check.whole, check.text).toBe(true);
});

const peers: readonly { name: string; start: (context: TestContext) => Promise<DavPeer> }[] = [
  { name: 'Apache mod_dav', start: (context) => apacheDav(requireTool(context, 'apache2')) },
  { name: 'rclone serve webdav', start: (context) => rcloneServe(requireTool(context, 'rclone')) },
];

for (const { name, start } of peers) {
  test(`R1 R7 ${name}: two of our clients work at random, with kills and cuts, and end equal`, async (context) => {
    const { seed, minutes } = readConfig();
    const random = pseudoRandom(`random work on ${name} ${seed}`);
    await using peer = await start(context);
    await using folder = await tempFolder('random-work');
    const { port, pathname } = new URL(peer.url);
    await using proxy = await cuttingProxy(Number(port));
    const url = `${proxy.url}${pathname.replace(/\/$/, '')}/shared`;
    const writings = noWritings();
    const ours = await Promise.all(
      ['a', 'b'].map((part) =>
        syncClient({
          local: folder.at(part),
          state: folder.at(`state-${part}`),
          url,
          user: peer.user,
          token: peer.password,
        }),
      ),
    );
    const workers = ours.map((client) => ourWorker(client, folder, random, writings));
    for (let i = 0; i < 60; i++) random.pick(workers).mutate();
    await workForAWhile(workers, minutes, random, async () => {
      proxy.open = random.int(2) === 0;
      proxy.cut();
      await sleep(random.int(2000));
      proxy.open = true;
    });
    for (let round = 0; round < 3; round++) {
      for (const client of ours) await syncOnce(client, ['--allow-mass-change']);
    }
    const [a, b] = ours.map((client) => client.local);
    expect(compareTrees(a ?? '', b ?? '', { mtime: 'none' })).toEqual([]);
    // What a cut upload has left there is nobody's file; later walks remove it when it is old.
    const ignore = (path: string) => path.includes('.holdfast-upload-');
    expect(compareTrees(a ?? '', join(peer.files, 'shared'), { mtime: 'none', ignore })).toEqual([]);
    expect(
      lostFrom(
        writings,
        ours.map(({ local }) => local),
      ),
      `seed ${seed}`,
    ).toEqual([]);
  });
}
