import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { apacheDav, type DavPeer } from './support/apache-dav.ts';
import { compareTrees } from './support/compare-trees.ts';
import { makeTree } from './support/make-tree.ts';
import { rcloneServe } from './support/rclone-serve.ts';
import { readTree, sha256 } from './support/read-tree.ts';
import { requireTool } from './support/require-tool.ts';
import { type SyncClient, syncClient, syncOnce } from './support/sync-client.ts';
import { tempFolder } from './support/temp-folder.ts';

const peers: readonly { name: string; start: (context: TestContext) => Promise<DavPeer> }[] = [
  { name: 'Apache mod_dav', start: (context) => apacheDav(requireTool(context, 'apache2')) },
  { name: 'rclone serve webdav', start: (context) => rcloneServe(requireTool(context, 'rclone')) },
];

/** These servers keep neither modification times nor the executable bit. */
const bytesOnly = { mtime: 'none' } as const;

/** Two of our clients on the folder `shared` of a foreign server. */
async function twoOn(peer: DavPeer, folder: (name: string) => string): Promise<[SyncClient, SyncClient]> {
  const make = (name: string) =>
    syncClient({
      local: folder(name),
      state: folder(`state-${name}`),
      url: `${peer.url}/shared`,
      user: peer.user,
      token: peer.password,
    });
  return [await make('a'), await make('b')];
}

for (const { name, start } of peers) {
  test(`${name}: a tree goes up and down, then there is nothing to do`, async (context) => {
    await using peer = await start(context);
    await using folder = await tempFolder();
    const [a, b] = await twoOn(peer, (part) => folder.at(part));
    await makeTree(a.local, { seed: 91, files: 100 });
    await syncOnce(a);
    expect(compareTrees(a.local, join(peer.files, 'shared'), bytesOnly)).toEqual([]);
    await syncOnce(b);
    expect(compareTrees(a.local, b.local, bytesOnly)).toEqual([]);
    const before = readTree(a.local);
    await syncOnce(a);
    await syncOnce(b);
    expect(readTree(a.local)).toEqual(before);
    expect(compareTrees(a.local, b.local, bytesOnly)).toEqual([]);
  });

  test(`${name}: edits, renames and deletes on both sides`, async (context) => {
    await using peer = await start(context);
    await using folder = await tempFolder();
    const [a, b] = await twoOn(peer, (part) => folder.at(part));
    await makeTree(a.local, { seed: 92, files: 60 });
    await syncOnce(a);
    await syncOnce(b);
    await appendFile(join(a.local, 'sizes/1.bin'), 'more');
    await rename(join(a.local, 'tree'), join(a.local, 'renamed tree'));
    await rm(join(a.local, 'times/1.txt'));
    await writeFile(join(b.local, 'new in b.txt'), 'new in b');
    await rm(join(b.local, 'deep'), { recursive: true });
    for (const client of [a, b, a]) await syncOnce(client);
    expect(compareTrees(a.local, b.local, bytesOnly)).toEqual([]);
    expect(compareTrees(a.local, join(peer.files, 'shared'), bytesOnly)).toEqual([]);
    const files = readTree(b.local);
    expect(files.has('new in b.txt')).toBe(true);
    expect(files.has('times/1.txt')).toBe(false);
    expect([...files.keys()].filter((path) => path.startsWith('renamed tree/'))).toHaveLength(60);
  });

  test(`R3 ${name}: both edited the same file, both versions stay`, async (context) => {
    await using peer = await start(context);
    await using folder = await tempFolder();
    const [a, b] = await twoOn(peer, (part) => folder.at(part));
    await mkdir(a.local, { recursive: true });
    await writeFile(join(a.local, 'plan.txt'), 'before');
    await writeFile(join(a.local, 'kept.txt'), 'before');
    for (const client of [a, b]) await syncOnce(client);
    await writeFile(join(a.local, 'plan.txt'), 'by the one');
    await writeFile(join(b.local, 'plan.txt'), 'the other!');
    await writeFile(join(a.local, 'kept.txt'), 'edited');
    await rm(join(b.local, 'kept.txt'));
    for (const client of [a, b, a, b]) await syncOnce(client);
    expect(compareTrees(a.local, b.local, bytesOnly)).toEqual([]);
    expect(await readdir(a.local)).toHaveLength(3);
    const contents = new Set(readTree(a.local).values());
    expect(contents.has(sha256('by the one')) && contents.has(sha256('the other!'))).toBe(true);
    expect(await readFile(join(b.local, 'kept.txt'), 'utf8')).toBe('edited');
  });
}
