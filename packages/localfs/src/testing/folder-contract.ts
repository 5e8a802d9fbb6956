import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isAppError, type TreePath } from '@holdfast/base';
import type { Folder, LocalEntry, StagedFile } from '../folder.ts';

/** A folder, and the hands of a user who works in it unguarded. Starts empty. */
export interface FolderUnderTest {
  readonly folder: Folder;
  write(path: TreePath, text: string): void;
  mkdir(path: TreePath): void;
  move(from: TreePath, to: TreePath): void;
  remove(path: TreePath): void;
  read(path: TreePath): string | undefined;
  /** All texts that went to the history. */
  history(): string[];
  /** How many files are staged. */
  stagedCount(): number;
}

/** One promise of the port. */
export interface FolderPromise {
  readonly name: string;
  run(world: FolderUnderTest): Promise<void>;
}

const plain = { mtime: undefined, executable: false };

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  yield bytes.subarray(0, 1);
  yield bytes.subarray(1);
}

function stage(folder: Folder, text: string): Promise<StagedFile> {
  return folder.stage(bytesOf(text));
}

async function seen(folder: Folder, path: TreePath): Promise<LocalEntry> {
  const entry = await folder.stat(path);
  assert.ok(entry, `${path} is there`);
  return entry;
}

async function refused(work: Promise<unknown>, ...codes: string[]): Promise<void> {
  await assert.rejects(work, (error) => isAppError(error, ...codes) || assert.fail(`threw ${String(error)}`));
}

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function near(a: LocalEntry['mtime'], b: LocalEntry['mtime']): boolean {
  return Math.abs((a.s - b.s) * 1e9 + (a.ns - b.ns)) <= 500;
}

/** What every implementation of `Folder` keeps. Each runs on a new, empty folder. */
export const folderContract: readonly FolderPromise[] = [
  {
    name: 'R5 free removes a file that is as expected, and keeps nothing of it',
    run: async ({ folder, write, mkdir, read, history, stagedCount }) => {
      write('d/a', 'one');
      const entry = await seen(folder, 'd/a');
      write('d/a', 'three');
      await refused(folder.free(entry), 'target-changed');
      assert.equal(read('d/a'), 'three');
      await folder.free(await seen(folder, 'd/a'));
      assert.equal(await folder.stat('d/a'), undefined);
      assert.deepEqual(history(), []);
      assert.equal(stagedCount(), 0);
      await refused(folder.free(entry), 'target-changed');
      mkdir('e');
      await refused(folder.free(await seen(folder, 'e')), 'target-changed');
      assert.deepEqual(Array.from((await folder.scan()).entries, ({ path }) => path).sort(), ['d', 'e']);
    },
  },
  {
    name: 'a look at some paths tells all below them, the folders on the way, and nothing else',
    run: async ({ folder, write, mkdir }) => {
      for (const path of ['a/b/1', 'a/b/c/2', 'a/x', 'd/3', 'top']) write(path, path);
      mkdir('a/b/empty');
      const look = async (...paths: TreePath[]) =>
        Array.from((await folder.look(paths)).entries, ({ path }) => path).sort();
      assert.deepEqual(await look('a/b'), ['a', 'a/b', 'a/b/1', 'a/b/c', 'a/b/c/2', 'a/b/empty']);
      assert.deepEqual(await look('a/b/1', 'top', 'a/b/c'), ['a', 'a/b', 'a/b/1', 'a/b/c', 'a/b/c/2', 'top']);
      assert.deepEqual(await look('a', 'a/b/1'), await look('a/b/1', 'a'));
      assert.deepEqual(await look('nothing', 'd/nothing', 'top/below', 'no/such/way'), ['d', 'top']);
      assert.deepEqual(await look(), []);
      assert.equal((await look('', 'a/b')).length, Array.from((await folder.scan()).entries).length);
    },
  },
  {
    name: 'a look at some paths shows what a look at everything shows, folders before what is in them',
    run: async ({ folder, write }) => {
      for (const path of ['a/b/1', 'a/b/c/2', 'a/x', 'd/3']) write(path, path);
      const all = new Map(Array.from((await folder.scan()).entries, (entry) => [entry.path, entry]));
      const seen = Array.from((await folder.look(['a/b', 'd/3'])).entries);
      for (const entry of seen) assert.deepEqual(entry, all.get(entry.path));
      const paths = seen.map(({ path }) => path);
      for (const path of paths) {
        const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined;
        if (parent !== undefined) assert.ok(paths.indexOf(parent) < paths.indexOf(path));
      }
    },
  },
  {
    name: 'a look at some paths uses the rules of the folders on the way',
    run: async ({ folder, write }) => {
      for (const path of ['rules', 'a/rules', 'a/b/1', 'a/b/2', 'd/1']) write(path, path);
      const told: TreePath[] = [];
      const scan = await folder.look(['a/b'], undefined, {
        ruleName: 'rules',
        rules: ({ path }) => void told.push(path),
        leavesOut: ({ path }) => (path.endsWith('2') ? 'ignored' : undefined),
      });
      assert.deepEqual(told, ['rules', 'a/rules']);
      assert.deepEqual(
        Array.from(scan.entries, ({ path }) => path),
        ['a', 'a/b', 'a/b/1'],
      );
      assert.deepEqual(scan.problems, [{ path: 'a/b/2', reason: 'ignored' }]);
    },
  },
  {
    name: 'a look ends when it is told to',
    run: async ({ folder, write }) => {
      write('a', 'x');
      await assert.rejects(folder.look(['a'], AbortSignal.abort()));
      await assert.rejects(folder.scan(AbortSignal.abort()));
    },
  },
  {
    name: 'a look leaves out what its filter names, with all below, and reads rules before what is beside them',
    run: async ({ folder, write }) => {
      for (const path of ['a.tmp', 'rules', 'sub/rules', 'sub/a.tmp', 'out/rules', 'out/deep/x', 'z'])
        write(path, path);
      const told: string[] = [];
      const scan = await folder.scan(undefined, {
        ruleName: 'rules',
        rules: async ({ path }) => {
          told.push(`rules ${path}`);
        },
        leavesOut: ({ path }) => {
          told.push(path);
          return path === 'out' || path.endsWith('.tmp') ? 'ignored' : undefined;
        },
      });
      assert.deepEqual(Array.from(scan.entries, ({ path }) => path).sort(), [
        'rules',
        'sub',
        'sub/rules',
        'z',
      ]);
      assert.deepEqual(scan.problems.map(({ path, reason }) => `${path} ${reason}`).sort(), [
        'a.tmp ignored',
        'out ignored',
        'sub/a.tmp ignored',
      ]);
      assert.equal(told[0], 'rules rules');
      assert.ok(told.indexOf('rules sub/rules') < told.indexOf('sub/a.tmp'));
      assert.ok(!told.some((path) => path.includes('out/')));
    },
  },
  {
    name: 'scan shows files and folders, parents first, with size and kind',
    run: async ({ folder, write, mkdir }) => {
      write('b/c/d.txt', 'hello');
      write('a.txt', '');
      mkdir('empty');
      const { entries: seen, problems } = await folder.scan();
      const entries = [...seen];
      assert.deepEqual(entries.map((entry) => entry.path).sort(), [
        'a.txt',
        'b',
        'b/c',
        'b/c/d.txt',
        'empty',
      ]);
      assert.deepEqual(problems, []);
      const index = (path: string) => entries.findIndex((entry) => entry.path === path);
      assert.ok(index('b') < index('b/c') && index('b/c') < index('b/c/d.txt'));
      assert.equal(entries[index('b/c/d.txt')]?.size, 5);
      assert.deepEqual(entries[index('b/c/d.txt')], await folder.stat('b/c/d.txt'));
    },
  },
  {
    name: 'an id survives a rename, and a change of content changes the entry',
    run: async ({ folder, write, move }) => {
      write('a', '1');
      const before = await seen(folder, 'a');
      move('a', 'b');
      const after = await seen(folder, 'b');
      assert.equal(after.id, before.id);
      write('b', '2');
      const changed = await seen(folder, 'b');
      assert.notEqual(changed.ctime, after.ctime);
    },
  },
  {
    name: 'bookkeeping of sync clients is never reported and never placed',
    run: async ({ folder, write }) => {
      for (const name of [
        '.sync_ab12.db',
        '._sync_ab12.db-wal',
        '.owncloudsync.log',
        '.nextcloudsync.log.1',
      ]) {
        write(name, 'x');
      }
      write('.holdfast-stage-ff/0', 'x');
      write('.sync', 'kept');
      const entries = [...(await folder.scan()).entries];
      assert.deepEqual(
        entries.map((entry) => entry.path),
        ['.sync'],
      );
      await refused(folder.mkdir('.holdfast-stage-x'), 'name-impossible');
      const staged = await stage(folder, 'x');
      await refused(folder.place(staged, 'a/.sync_1.db', 'absent', plain), 'name-impossible');
    },
  },
  {
    name: 'hash and read give the bytes, whole and in part',
    run: async ({ folder, write }) => {
      write('a', 'hello world');
      const entry = await seen(folder, 'a');
      assert.equal(await folder.hash(entry), createHash('sha256').update('hello world').digest('hex'));
      assert.equal(await text(folder.read(entry)), 'hello world');
      assert.equal(await text(folder.read(entry, { start: 6, end: 8 })), 'wor');
      write('empty', '');
      const empty = await seen(folder, 'empty');
      assert.equal(await text(folder.read(empty)), '');
      assert.equal(await folder.hash(empty), createHash('sha256').digest('hex'));
    },
  },
  {
    name: 'R5 hash and read of a file that is not as expected are refused',
    run: async ({ folder, write, remove }) => {
      write('a', 'one');
      const entry = await seen(folder, 'a');
      write('a', 'two');
      await refused(folder.hash(entry), 'target-changed');
      await refused(text(folder.read(entry)), 'target-changed');
      remove('a');
      await refused(folder.hash(entry), 'target-changed');
      await refused(text(folder.read(entry)), 'target-changed');
    },
  },
  {
    name: 'stage tells size and hashes; discard takes it away; nothing shows in the tree',
    run: async ({ folder, stagedCount }) => {
      const staged = await folder.stage(bytesOf('hello'), { extra: ['SHA1', 'MD5'] });
      assert.equal(staged.size, 5);
      assert.equal(staged.sha256, createHash('sha256').update('hello').digest('hex'));
      assert.equal(staged.checksums.get('SHA1'), createHash('sha1').update('hello').digest('hex'));
      assert.equal(staged.checksums.get('MD5'), createHash('md5').update('hello').digest('hex'));
      assert.deepEqual([...(await folder.scan()).entries], []);
      assert.equal(stagedCount(), 1);
      await folder.discard(staged);
      await folder.discard(staged);
      assert.equal(stagedCount(), 0);
      await refused(folder.place(staged, 'a', 'absent', plain), 'local-unreadable');
    },
  },
  {
    name: 'a source that fails in the middle leaves nothing staged',
    run: async ({ folder, stagedCount }) => {
      const broken = async function* () {
        yield new TextEncoder().encode('half');
        throw new Error('connection lost');
      };
      await assert.rejects(folder.stage(broken()), /connection lost/);
      assert.equal(stagedCount(), 0);
    },
  },
  {
    name: 'R7 what has come in part is gone on with, under the same key only',
    run: async ({ folder, read }) => {
      const asked: number[] = [];
      const content = 'all of the bytes';
      const from = (breaksAfter: number) =>
        async function* (start: number) {
          asked.push(start);
          yield* bytesOf(content.slice(start, start + breaksAfter));
          if (start + breaksAfter < content.length) throw new Error('connection lost');
        };
      await assert.rejects(folder.stageFrom('key', from(4)), /connection lost/);
      await folder.tidy(0);
      await assert.rejects(folder.stageFrom('other key', from(5)), /connection lost/);
      await assert.rejects(folder.stageFrom('key', from(4)), /connection lost/);
      const staged = await folder.stageFrom('key', from(99), { extra: ['SHA1'] });
      assert.deepEqual(asked, [0, 0, 4, 8]);
      assert.equal(staged.size, content.length);
      assert.equal(staged.sha256, createHash('sha256').update(content).digest('hex'));
      assert.equal(staged.checksums.get('SHA1'), createHash('sha1').update(content).digest('hex'));
      await folder.place(staged, 'a', 'absent', plain);
      assert.equal(read('a'), content);
      const scan = await folder.scan();
      assert.deepEqual(
        Array.from(scan.entries, ({ path }) => path),
        ['a'],
      );
    },
  },
  {
    name: 'what was staged from a part is thrown away by discard, and begins anew',
    run: async ({ folder }) => {
      const asked: number[] = [];
      const all = async function* (start: number) {
        asked.push(start);
        yield* bytesOf('bytes'.slice(start));
      };
      await folder.discard(await folder.stageFrom('key', all));
      await folder.discard(await folder.stageFrom('key', all));
      assert.deepEqual(asked, [0, 0]);
    },
  },
  {
    name: 'an aborted stage leaves nothing staged',
    run: async ({ folder, stagedCount }) => {
      const stop = new AbortController();
      const endless = async function* () {
        for (;;) {
          yield new TextEncoder().encode('x');
          stop.abort();
        }
      };
      await assert.rejects(folder.stage(endless(), { signal: stop.signal }));
      assert.equal(stagedCount(), 0);
    },
  },
  {
    name: 'R14 place keeps the modification time: 1969, 1970, now and 2100, and the executable bit',
    run: async ({ folder, read }) => {
      const times = [
        { s: -86_400, ns: 500_000_000 },
        { s: -1, ns: 999_999_999 },
        { s: 0, ns: 0 },
        { s: 1_719_930_000, ns: 123_456_789 },
        { s: 4_102_444_800, ns: 987_654_321 },
      ];
      for (const [index, mtime] of times.entries()) {
        const staged = await stage(folder, 'x');
        const executable = index % 2 === 0;
        const placed = await folder.place(staged, `f${index}`, 'absent', { mtime, executable });
        assert.ok(near(placed.mtime, mtime), `${placed.mtime.s}.${placed.mtime.ns}`);
        assert.equal(placed.executable, executable);
        assert.equal(read(`f${index}`), 'x');
        const entries = [...(await folder.scan()).entries];
        assert.deepEqual(
          entries.find((entry) => entry.path === `f${index}`),
          placed,
        );
      }
    },
  },
  {
    name: 'R1 place over a file keeps the old one in the history',
    run: async ({ folder, write, read, history, stagedCount }) => {
      write('d/a', 'old');
      const placed = await folder.place(await stage(folder, 'new'), 'd/a', await seen(folder, 'd/a'), plain);
      assert.equal(read('d/a'), 'new');
      assert.deepEqual(placed, await folder.stat('d/a'));
      const again = await folder.place(await stage(folder, 'newer'), 'd/a', placed, plain);
      assert.equal(again.size, 5);
      assert.deepEqual(history().sort(), ['new', 'old']);
      assert.equal(stagedCount(), 0);
    },
  },
  {
    name: 'R5 place is refused when something is there, is gone, or is another; what is there stays',
    run: async ({ folder, write, read, remove, history }) => {
      const staged = await stage(folder, 'from server');
      write('a', 'mine');
      await refused(folder.place(staged, 'a', 'absent', plain), 'target-changed');
      const entry = await seen(folder, 'a');
      write('a', 'edited');
      await refused(folder.place(staged, 'a', entry, plain), 'target-changed');
      assert.equal(read('a'), 'edited');
      remove('a');
      await refused(folder.place(staged, 'a', entry, plain), 'target-changed');
      assert.equal(read('a'), undefined);
      assert.deepEqual(history(), []);
      await folder.place(staged, 'a', 'absent', plain);
      assert.equal(read('a'), 'from server');
    },
  },
  {
    name: 'place is refused over a folder and where the parent is missing or a file',
    run: async ({ folder, write, mkdir }) => {
      mkdir('d');
      write('f', 'x');
      const staged = await stage(folder, 'y');
      await refused(folder.place(staged, 'd', 'absent', plain), 'target-changed');
      await refused(folder.place(staged, 'd', await seen(folder, 'd'), plain), 'target-changed');
      await refused(folder.place(staged, 'none/a', 'absent', plain), 'target-changed');
      await refused(folder.place(staged, 'f/a', 'absent', plain), 'target-changed');
    },
  },
  {
    name: 'mkdir makes a folder, is fine with one that is there, and is refused over a file',
    run: async ({ folder, write }) => {
      const made = await folder.mkdir('d');
      assert.equal(made.kind, 'folder');
      assert.equal((await folder.mkdir('d')).id, made.id);
      write('f', 'x');
      await refused(folder.mkdir('f'), 'target-changed');
      await refused(folder.mkdir('none/d'), 'target-changed');
    },
  },
  {
    name: 'move renames files and folders with all below, never over something',
    run: async ({ folder, write, read, mkdir }) => {
      write('a/b/c', 'x');
      mkdir('z');
      const folderEntry = await seen(folder, 'a');
      const moved = await folder.move(folderEntry, 'z/a2');
      assert.equal(moved.id, folderEntry.id);
      assert.equal(moved.path, 'z/a2');
      assert.equal(read('z/a2/b/c'), 'x');
      const file = await seen(folder, 'z/a2/b/c');
      assert.deepEqual(await folder.move(file, 'c'), await folder.stat('c'));
      write('d', 'y');
      await refused(folder.move(await seen(folder, 'c'), 'd'), 'target-changed');
      await refused(folder.move(await seen(folder, 'z'), 'd'), 'target-changed');
      await refused(folder.move(await seen(folder, 'c'), 'none/c'), 'target-changed');
      assert.equal(read('d'), 'y');
      assert.equal(read('c'), 'x');
    },
  },
  {
    name: 'move of a folder into itself is refused',
    run: async ({ folder, write }) => {
      write('a/b/c', 'x');
      await refused(folder.move(await seen(folder, 'a'), 'a/b/a'), 'into-itself');
    },
  },
  {
    name: 'R5 move and remove of what changed are refused',
    run: async ({ folder, write, read, history }) => {
      write('a', '1');
      const entry = await seen(folder, 'a');
      write('a', '2');
      await refused(folder.move(entry, 'b'), 'target-changed');
      await refused(folder.remove(entry), 'target-changed');
      await refused(folder.touch(entry, plain), 'target-changed');
      assert.equal(read('a'), '2');
      assert.deepEqual(history(), []);
    },
  },
  {
    name: 'a rename that changes the case only works',
    run: async ({ folder, write, read }) => {
      write('readme', 'x');
      write('dir/a', 'y');
      await folder.move(await seen(folder, 'readme'), 'README');
      await folder.move(await seen(folder, 'dir'), 'DIR');
      assert.equal(read('README'), 'x');
      assert.equal(read('DIR/a'), 'y');
      const entries = [...(await folder.scan()).entries];
      assert.deepEqual(entries.map((entry) => entry.path).sort(), ['DIR', 'DIR/a', 'README']);
    },
  },
  {
    name: 'R1 remove of a file moves it to the history; the same path may go there twice',
    run: async ({ folder, write, read, history }) => {
      write('d/a', 'one');
      await folder.remove(await seen(folder, 'd/a'));
      write('d/a', 'two');
      await folder.remove(await seen(folder, 'd/a'));
      assert.equal(read('d/a'), undefined);
      await folder.remove(await seen(folder, 'd'));
      write('d', 'a file now');
      await folder.remove(await seen(folder, 'd'));
      assert.deepEqual(history().sort(), ['a file now', 'one', 'two']);
    },
  },
  {
    name: 'remove of a folder that is not empty is refused',
    run: async ({ folder, write, read }) => {
      write('d/a', 'x');
      await refused(folder.remove(await seen(folder, 'd')), 'target-changed');
      assert.equal(read('d/a'), 'x');
    },
  },
  {
    name: 'touch sets time and executable bit and tells the new entry',
    run: async ({ folder, write, read }) => {
      write('a', 'x');
      const mtime = { s: 1_000_000_000, ns: 250_000_000 };
      const touched = await folder.touch(await seen(folder, 'a'), { mtime, executable: true });
      assert.ok(near(touched.mtime, mtime));
      assert.equal(touched.executable, true);
      assert.deepEqual(await folder.stat('a'), touched);
      const kept = await folder.touch(touched, { mtime: undefined, executable: false });
      assert.deepEqual(kept.mtime, touched.mtime);
      assert.equal(kept.executable, false);
      assert.equal(read('a'), 'x');
    },
  },
  {
    name: 'paths that lead out of the folder, or cannot be, are refused',
    run: async ({ folder }) => {
      const staged = await stage(folder, 'x');
      for (const path of ['../a', 'a/../../b', '/etc/passwd', 'a//b', './a', 'a\0b']) {
        await refused(folder.place(staged, path, 'absent', plain), 'bad-path');
        await refused(folder.mkdir(path), 'bad-path');
        await refused(folder.stat(path), 'bad-path');
      }
      await refused(folder.place(staged, 'x'.repeat(256), 'absent', plain), 'name-impossible');
      await refused(folder.place(staged, 'lone \uD800 surrogate', 'absent', plain), 'name-impossible');
    },
  },
  {
    name: 'odd names are kept as they are',
    run: async ({ folder, read }) => {
      const names = [
        'ünï',
        'e\u0301',
        '\u00e9',
        ' lead',
        'tab\tnew\nline',
        '%2F',
        '#?&',
        '😀',
        'a\uFFFDb',
        '-rf',
      ];
      for (const name of names) await folder.place(await stage(folder, name), name, 'absent', plain);
      const { entries: seen, problems } = await folder.scan();
      const entries = [...seen];
      assert.deepEqual(entries.map((entry) => entry.path).sort(), [...names].sort());
      assert.deepEqual(problems, []);
      for (const name of names) assert.equal(read(name), name);
    },
  },
  {
    name: 'the identity stays the same through all changes',
    run: async ({ folder, write }) => {
      const before = await folder.identity();
      write('a', 'x');
      await folder.remove(await seen(folder, 'a'));
      assert.equal(await folder.identity(), before);
      assert.notEqual(before, '');
    },
  },
  {
    name: 'R1 the kept versions of a path are listed by run, and can be read',
    run: async ({ folder, write }) => {
      write('d/a', 'one');
      write('d/b', 'other');
      folder.beginRun(7);
      const ids: string[] = [];
      const before = await seen(folder, 'd/a');
      const placed = await folder.place(await stage(folder, 'two'), 'd/a', before, plain, (id) =>
        ids.push(id),
      );
      folder.beginRun(8);
      await folder.remove(placed, (id) => ids.push(id));
      await folder.remove(await seen(folder, 'd/b'));
      const kept = await folder.kept('d/a');
      assert.deepEqual(
        kept.map(({ id, path, run, size, executable }) => ({ id, path, run, size, executable })),
        [
          { id: ids[1], path: 'd/a', run: 8, size: 3, executable: false },
          { id: ids[0], path: 'd/a', run: 7, size: 3, executable: false },
        ],
      );
      assert.deepEqual(kept[1]?.mtime, before.mtime);
      assert.equal(await text(folder.readKept(ids[0] ?? '')), 'one');
      assert.equal(await text(folder.readKept(ids[1] ?? '')), 'two');
      assert.equal((await folder.kept('d')).length, 3);
      assert.equal((await folder.kept('')).length, 3);
      assert.deepEqual(await folder.kept('d/c'), []);
      assert.deepEqual(await folder.kept('d/a/x'), []);
    },
  },
  {
    name: 'a version that is not kept cannot be read, whatever its name',
    run: async ({ folder, write }) => {
      write('a', 'one');
      await folder.remove(await seen(folder, 'a'));
      const [kept] = await folder.kept('a');
      const run = kept?.id.slice(0, kept.id.indexOf('/')) ?? '';
      for (const id of ['', run, `${run}/b`, `${run}/../${run}/a`, '../a', 'x/a', `${run}/a/`, `/${run}/a`]) {
        await refused(text(folder.readKept(id)), 'not-found');
      }
    },
  },
  {
    name: 'R1 nothing is replaced or removed when what is kept cannot be written down',
    run: async ({ folder, write, read, history }) => {
      write('a', 'one');
      const entry = await seen(folder, 'a');
      const broken = () => {
        throw new Error('no');
      };
      await assert.rejects(folder.place(await stage(folder, 'two'), 'a', entry, plain, broken));
      await assert.rejects(folder.remove((await folder.stat('a')) ?? entry, broken));
      assert.equal(read('a'), 'one');
      assert.deepEqual(history(), []);
    },
  },
  {
    name: 'tidy removes old history and keeps what is staged now',
    run: async ({ folder, write, history, read }) => {
      write('a', 'x');
      await folder.remove(await seen(folder, 'a'));
      const staged = await stage(folder, 'staged');
      await folder.tidy(3_600_000);
      assert.deepEqual(history(), ['x']);
      await folder.tidy(-10_000);
      assert.deepEqual(history(), []);
      await folder.place(staged, 'b', 'absent', plain);
      assert.equal(read('b'), 'staged');
    },
  },
];
