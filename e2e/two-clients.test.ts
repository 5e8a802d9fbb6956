import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientPair } from './support/client-pair.ts';
import { compareTrees } from './support/compare-trees.ts';
import { countWrites } from './support/counting-proxy.ts';
import { makeTree } from './support/make-tree.ts';
import { isNextcloudOwn, type NextcloudClient, nextcloudSyncOk } from './support/nextcloud-client.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { readTree, sha256 } from './support/read-tree.ts';
import { requireTool } from './support/require-tool.ts';
import { syncOnce } from './support/sync-client.ts';

const exactly = { mtime: 'ns', executable: true } as const;

/** Whether a line of the proxy is about the bytes of a file. */
function isDownload(line: string): boolean {
  return /^GET \S*\/files\//.test(line);
}

/** Texts of all files directly in a folder. */
async function textsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.sort();
}

/** Files enough that a few deletes among them are nothing to ask about. */
async function makeBallast(root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => writeFile(join(root, `ballast ${i}.txt`), `ballast ${i}`)),
  );
}

test('R12 R14 a tree with odd names, sizes and times goes up and down; then there is nothing to do', async () => {
  await using pair = await clientPair();
  await makeTree(pair.a.local, { seed: 31, files: 200 });
  await syncOnce(pair.a);
  await syncOnce(pair.b);
  expect(compareTrees(pair.a.local, pair.b.local, exactly)).toEqual([]);

  pair.proxy.reset();
  await syncOnce(pair.a);
  await syncOnce(pair.b);
  expect(countWrites(pair.proxy.counts), pair.proxy.counts.lines.join('\n')).toBe(0);
  expect(pair.proxy.counts.lines.filter((line) => isDownload(line))).toEqual([]);
});

test('edits, new files, renames, deletes, times and bits go from one client to the other and back', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await makeTree(a.local, { seed: 32, files: 120 });
  await pair.meet();

  await appendFile(join(a.local, 'sizes/1.bin'), 'more');
  await writeFile(join(a.local, 'new in a.txt'), 'new', { mode: 0o755 });
  await rename(join(a.local, 'tree'), join(a.local, 'the tree'));
  await rename(join(b.local, 'sizes/32768.bin'), join(b.local, 'deep/moved.bin'));
  await rm(join(b.local, 'sizes/0.bin'));
  await rm(join(b.local, 'empty/also'), { recursive: true });
  await pair.meet();
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
  const files = readTree(a.local);
  expect(files.has('new in a.txt') && files.has('deep/moved.bin')).toBe(true);
  expect(files.has('sizes/0.bin') || files.has('sizes/32768.bin')).toBe(false);
  expect([...files.keys()].filter((path) => path.startsWith('the tree/'))).toHaveLength(120);
});

test('R3 both edited the same file: both contents are on both sides', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await writeFile(join(a.local, 'plan.txt'), 'before');
  await pair.meet();
  await writeFile(join(a.local, 'plan.txt'), 'by the one');
  await writeFile(join(b.local, 'plan.txt'), 'by the other one');
  await pair.meet();
  await pair.meet();
  expect(await textsIn(a.local)).toEqual(['by the one', 'by the other one']);
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
});

test('R3 both made a file of the same name; equal bytes are no conflict', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await writeFile(join(a.local, 'same.txt'), 'the same');
  await writeFile(join(b.local, 'same.txt'), 'the same');
  await writeFile(join(a.local, 'other.txt'), 'one');
  await writeFile(join(b.local, 'other.txt'), 'another');
  await pair.meet();
  await pair.meet();
  expect(await textsIn(a.local)).toEqual(['another', 'one', 'the same']);
  expect(compareTrees(a.local, b.local, { executable: true })).toEqual([]);
});

test('R3 edit against delete: the edit wins, whichever side it was made on', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await makeBallast(a.local);
  await writeFile(join(a.local, 'edited in a.txt'), 'before');
  await writeFile(join(a.local, 'edited in b.txt'), 'before');
  await mkdir(join(a.local, 'folder'));
  await writeFile(join(a.local, 'folder/inside.txt'), 'before');
  await writeFile(join(a.local, 'folder/untouched.txt'), 'untouched');
  await pair.meet();
  await writeFile(join(a.local, 'edited in a.txt'), 'edited');
  await rm(join(a.local, 'edited in b.txt'));
  await rm(join(b.local, 'edited in a.txt'));
  await writeFile(join(b.local, 'edited in b.txt'), 'edited');
  await rm(join(a.local, 'folder'), { recursive: true });
  await writeFile(join(b.local, 'folder/inside.txt'), 'edited inside');
  await pair.meet();
  await pair.meet();
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
  expect(await readFile(join(a.local, 'edited in a.txt'), 'utf8')).toBe('edited');
  expect(await readFile(join(a.local, 'edited in b.txt'), 'utf8')).toBe('edited');
  expect(await readFile(join(a.local, 'folder/inside.txt'), 'utf8')).toBe('edited inside');
});

test('R3 both moved the same folder to different places: nothing is lost, both agree', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await makeBallast(join(a.local, 'folder'));
  await pair.meet();
  await rename(join(a.local, 'folder'), join(a.local, 'moved by a'));
  await rename(join(b.local, 'folder'), join(b.local, 'moved by b'));
  await writeFile(join(b.local, 'moved by b/new.txt'), 'new in b');
  await pair.meet();
  await pair.meet();
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
  const contents = new Set(readTree(a.local).values());
  expect(contents.size).toBe(41);
});

test('R12 renaming a folder with 1,000 files is one MOVE and no bytes', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  const random = pseudoRandom('thousand');
  for (let i = 0; i < 1000; i++) {
    const folder = join(a.local, 'big', `inner ${i % 10}`);
    if (i < 10) await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `file ${i}`), random.bytes(200));
  }
  await pair.meet();
  await rename(join(a.local, 'big'), join(a.local, 'big renamed'));
  pair.proxy.reset();
  await syncOnce(a);
  expect(pair.proxy.counts.methods.get('MOVE')).toBe(1);
  expect(countWrites(pair.proxy.counts), pair.proxy.counts.lines.join('\n')).toBe(1);

  const inodes = (await readdir(join(b.local, 'big'))).length;
  expect(inodes).toBe(10);
  pair.proxy.reset();
  await syncOnce(b);
  expect(pair.proxy.counts.lines.filter((line) => isDownload(line))).toEqual([]);
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
});

test('R15 a run that would remove a great part of everything stops and says so', async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await makeTree(a.local, { seed: 33, files: 600 });
  await pair.meet();
  const before = readTree(b.local);
  await rm(join(a.local, 'tree'), { recursive: true });
  await expect(syncOnce(a)).rejects.toThrow(/"mass-change"/);
  await syncOnce(b);
  expect(readTree(b.local)).toEqual(before);
  // A person has looked at the list and agrees.
  await syncOnce(a, ['--allow-mass-change']);
  await expect(syncOnce(b)).rejects.toThrow(/"mass-change"/);
  await syncOnce(b, ['--allow-mass-change']);
  expect(compareTrees(a.local, b.local, exactly)).toEqual([]);
});

test('R4 an emptied folder, or one that is gone, is doubted and removes nothing', async () => {
  await using pair = await clientPair();
  const { a, b, world } = pair;
  await makeTree(a.local, { seed: 35, files: 20 });
  await pair.meet();
  const before = readTree(b.local);
  await rename(a.local, world.folder.at('elsewhere'));
  await expect(syncOnce(a)).rejects.toThrow(/"folder-missing"/);
  await mkdir(a.local);
  await expect(syncOnce(a)).rejects.toThrow(/"folder-missing"/);
  await syncOnce(b);
  expect(readTree(b.local)).toEqual(before);
  await syncOnce(a, ['--accept-new-folder']);
  expect(readTree(a.local)).toEqual(before);
});

test('our client and nextcloudcmd on one folder agree', async (context) => {
  const program = requireTool(context, 'nextcloudcmd');
  await using pair = await clientPair('interop');
  const { a, world } = pair;
  const { folder, node, account } = world;
  const other: NextcloudClient = {
    program,
    local: folder.at('nextcloud'),
    home: folder.at('nextcloud-home'),
    url: node.url,
    user: account.name,
    password: account.token,
    path: '/shared',
  };
  const comparing = { mtime: 's', ignore: isNextcloudOwn } as const;
  await makeTree(a.local, {
    seed: 34,
    files: 60,
    acceptName: (name) => /^[\w ]/.test(name) && !name.startsWith(' '),
    earlyTimes: false,
  });
  await syncOnce(a);
  await nextcloudSyncOk(other);
  expect(compareTrees(a.local, other.local, comparing)).toEqual([]);

  await rename(join(other.local, 'tree'), join(other.local, 'wood'));
  await writeFile(join(other.local, 'by nextcloud.txt'), 'hello');
  await appendFile(join(a.local, 'sizes/1.bin'), 'by ours');
  await nextcloudSyncOk(other);
  await syncOnce(a);
  await nextcloudSyncOk(other);
  expect(compareTrees(a.local, other.local, comparing)).toEqual([]);

  await writeFile(join(a.local, 'both.txt'), 'ours');
  await writeFile(join(other.local, 'both.txt'), 'theirs!');
  await nextcloudSyncOk(other);
  await syncOnce(a);
  await nextcloudSyncOk(other);
  await syncOnce(a);
  expect(compareTrees(a.local, other.local, comparing)).toEqual([]);
  const contents = new Set(readTree(a.local).values());
  expect(contents.has(sha256('ours')) && contents.has(sha256('theirs!'))).toBe(true);
});
