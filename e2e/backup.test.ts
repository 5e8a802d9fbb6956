import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkStore } from './support/check-store.ts';
import { compareTrees } from './support/compare-trees.ts';
import { davRequests } from './support/dav-requests.ts';
import { makeTree } from './support/make-tree.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { sha256 } from './support/read-tree.ts';
import { holdfastPath } from './support/repository.ts';
import { runCommand, runOk } from './support/run-command.ts';
import { startNode } from './support/start-node.ts';
import { syncClient, syncOnce, trySync } from './support/sync-client.ts';

test('a backup made while writes go on restores to a consistent tree with a new epoch', async () => {
  await using world = await nodeWithAccount('backup');
  const { folder, data, account, davUrl, node } = world;
  const dav = davRequests(davUrl, account.name, account.token);
  const random = pseudoRandom('backup');
  const known = new Map<string, Set<string>>();
  const put = async (path: string, body: Buffer) => {
    known.set(path, (known.get(path) ?? new Set()).add(sha256(body)));
    expect(await dav.status('PUT', path, { body })).toBeLessThan(300);
  };
  for (let i = 0; i < 60; i++) await put(`file ${i}`, random.bytes(i * 2_000));
  const before = new Map([...known].map(([path, hashes]) => [path, [...hashes].at(-1)]));

  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) {
      await put(`file ${30 + (i % 30)}`, random.bytes(1 + random.int(120_000)));
      await put(`new ${i}`, random.bytes(1 + random.int(50_000)));
    }
  })();
  await runOk(holdfastPath, ['backup', '--data', data, '--to', folder.at('backup.file')]);
  writing = false;
  await writer;

  const restored = folder.at('restored');
  await runOk(holdfastPath, ['restore', folder.at('backup.file'), '--data', restored]);
  const check = await checkStore(restored);
  expect(check.whole, check.text).toBe(true);
  await using again = await startNode({ data: restored });
  const copy = davRequests(davUrl.replace(node.url, again.url), account.name, account.token);
  for (const [path, hash] of before) {
    const there = sha256(await copy.read(path));
    if (Number(path.slice(5)) < 30) expect(there, path).toBe(hash);
    else expect(known.get(path)?.has(there), `${path} holds something that was never written`).toBe(true);
  }
});

test('R4 after a restore the client stops until it is told that the server has changed', async () => {
  await using world = await nodeWithAccount('epoch');
  const { folder, data, account, node } = world;
  const client = await syncClient({
    local: folder.at('local'),
    state: folder.at('state'),
    url: `${node.url}/shared`,
    user: account.name,
    token: account.token,
  });
  await makeTree(client.local, { seed: 71, files: 60 });
  await syncOnce(client);
  await runOk(holdfastPath, ['backup', '--data', data, '--to', folder.at('backup.file')]);
  await writeFile(join(client.local, 'after the backup.txt'), 'must not be lost');
  await syncOnce(client);
  const { port } = node;
  expect(await node.stop()).toBe(0);

  const restored = folder.at('restored');
  await runOk(holdfastPath, ['restore', folder.at('backup.file'), '--data', restored]);
  await using again = await startNode({ data: restored, port });
  expect(again.port).toBe(port);
  const refused = await trySync(client);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toMatch(/server-changed/);
  expect(await readFile(join(client.local, 'after the backup.txt'), 'utf8')).toBe('must not be lost');

  await syncOnce(client, ['--accept-new-server']);
  const second = await syncClient({
    ...client,
    local: folder.at('second'),
    state: folder.at('state-second'),
    token: account.token,
  });
  await syncOnce(second);
  expect(compareTrees(client.local, second.local, { mtime: 'ns', executable: true })).toEqual([]);
  expect(await readFile(join(second.local, 'after the backup.txt'), 'utf8')).toBe('must not be lost');
});

test('a cut-off backup is refused, and nothing is left behind', async () => {
  await using world = await nodeWithAccount('cut-off');
  const { folder, data, account, davUrl } = world;
  const dav = davRequests(davUrl, account.name, account.token);
  expect(await dav.status('PUT', 'large', { body: pseudoRandom('cut').bytes(3_000_000) })).toBe(201);
  const file = folder.at('backup.file');
  await runOk(holdfastPath, ['backup', '--data', data, '--to', file]);
  const { size } = await stat(file);
  // The last kilobyte is padding of the archive format.
  for (const length of [size - 1_200, Math.floor(size / 2), 100, 0]) {
    await truncate(file, length);
    const restored = folder.at(`restored-${length}`);
    const result = await runCommand(holdfastPath, ['restore', file, '--data', restored]);
    expect(result.code, `cut to ${length}: ${result.stdout}${result.stderr}`).not.toBe(0);
    expect(result.stderr).toMatch(/\S/);
    expect(await readdir(restored).catch(() => [])).toEqual([]);
  }
});

test('check finds a damaged and a missing blob; --repair says what it cannot bring back', async () => {
  await using world = await nodeWithAccount('damage');
  const { data, account, davUrl, node } = world;
  const dav = davRequests(davUrl, account.name, account.token);
  for (const name of ['damaged', 'missing', 'whole']) {
    expect(await dav.status('PUT', name, { body: pseudoRandom(name).bytes(500_000) })).toBe(201);
  }
  expect(await node.stop()).toBe(0);
  const whole = await checkStore(data);
  expect(whole.whole, whole.text).toBe(true);

  const blobs = await blobFiles(data);
  const [first, second] = blobs;
  if (first === undefined || second === undefined) throw new Error(`no blobs in ${data}`);
  const bytes = await readFile(first);
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  await writeFile(first, bytes);
  await truncate(second, 1000);
  const damaged = await checkStore(data);
  expect(damaged.whole, damaged.text).toBe(false);

  const repaired = await checkStore(data, ['--repair']);
  expect(repaired.whole, repaired.text).toBe(false);
  expect(repaired.text).toMatch(/damaged|missing|lost/);
  await using again = await startNode({ data });
  const statuses = await Promise.all(
    ['damaged', 'missing', 'whole'].map(async (name) => {
      const answer = await davRequests(davUrl.replace(node.url, again.url), account.name, account.token)
        .read(name)
        .catch(() => undefined);
      return answer !== undefined && sha256(answer) === sha256(pseudoRandom(name).bytes(500_000));
    }),
  );
  expect(statuses.filter(Boolean)).toHaveLength(1);
});

/** Files of the blob store large enough to hold the contents of this test. */
async function blobFiles(data: string): Promise<string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
  return sizes
    .filter(({ path, size }) => size === 500_000 && !/sqlite|\.db/.test(path))
    .map(({ path }) => path);
}
