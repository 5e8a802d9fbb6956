import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isAppError, type TreePath } from '@holdfast/base';
import type { Remote, RemoteChange, RemoteEntry, UploadOptions, UploadSource } from '../remote.ts';
import type { RemotePromise } from './remote-promise.ts';
import { batchContract, deltaContract } from './transfer-promises.ts';

const mtime = { s: 1_719_930_000, ns: 123_456_789 };

function sourceOf(text: string): UploadSource {
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.byteLength,
    async *open(range) {
      const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
      if (part.byteLength > 0) yield part;
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function put(
  remote: Remote,
  path: TreePath,
  text: string,
  options: Partial<UploadOptions>,
): Promise<RemoteEntry> {
  return remote.write(path, sourceOf(text), { mtime, sha256: sha256(text), ...options });
}

async function textOf(
  remote: Remote,
  path: TreePath,
  options?: { ifMatch?: string; start?: number },
): Promise<string> {
  const download = await remote.read(path, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of download.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function refused(work: Promise<unknown>, ...codes: string[]): Promise<void> {
  await assert.rejects(work, (error) => isAppError(error, ...codes) || assert.fail(`threw ${String(error)}`));
}

/** A client's picture of the server, kept up to date by the changes alone. */
class Picture {
  entries = new Map<TreePath, RemoteEntry>();
  cursor: string | undefined;

  async look(remote: Remote): Promise<void> {
    const changes: RemoteChange[] = [];
    for await (const change of remote.changes(this.cursor, (path) => this.entries.get(path)))
      changes.push(change);
    const end = changes.at(-1);
    assert.ok(end?.type === 'end', 'the reading ends with "end"');
    assert.equal(changes.filter((change) => change.type === 'end').length, 1);
    this.cursor = end.cursor;
    const before = this.entries;
    if (end.whole) {
      const first = changes[0];
      assert.ok(first?.type === 'entry' && first.entry.path === '', 'a whole reading begins with the folder');
      this.entries = new Map();
    } else {
      this.entries = new Map(before);
    }
    for (const change of changes) this.#apply(change, before);
  }

  paths(): TreePath[] {
    return [...this.entries.keys()].filter((path) => path !== '').sort();
  }

  #apply(change: RemoteChange, before: ReadonlyMap<TreePath, RemoteEntry>): void {
    if (change.type === 'unchanged') {
      for (const [path, entry] of before) {
        if (path === change.path || change.path === '' || path.startsWith(`${change.path}/`)) {
          this.entries.set(path, entry);
        }
      }
    } else if (change.type === 'gone') {
      const at = change.id === undefined ? change.path : this.#pathOf(change.id);
      if (at !== undefined) this.#drop(at);
    } else if (change.type === 'entry') {
      const { entry } = change;
      const old = entry.id === undefined ? undefined : this.#pathOf(entry.id);
      if (old !== undefined && old !== entry.path) this.#rename(old, entry.path);
      this.entries.set(entry.path, entry);
    }
  }

  #pathOf(id: string): TreePath | undefined {
    for (const [path, entry] of this.entries) if (entry.id === id) return path;
    return undefined;
  }

  #drop(at: TreePath): void {
    for (const path of [...this.entries.keys()]) {
      if (path === at || path.startsWith(`${at}/`)) this.entries.delete(path);
    }
  }

  #rename(from: TreePath, to: TreePath): void {
    for (const [path, entry] of [...this.entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.entries.delete(path);
      const moved = to + path.slice(from.length);
      this.entries.set(moved, { ...entry, path: moved });
    }
  }
}

async function present(remote: Remote, path: TreePath): Promise<RemoteEntry> {
  const entry = await remote.stat(path);
  assert.ok(entry, `${path} is there`);
  return entry;
}

/** What every implementation of `Remote` keeps. Each runs on a new, empty folder of a server. */
export const remoteContract: readonly RemotePromise[] = [
  {
    name: 'an empty folder is read whole, and is empty',
    run: async ({ remote }) => {
      const picture = new Picture();
      await picture.look(remote);
      assert.deepEqual(picture.paths(), []);
      assert.equal((await present(remote, '')).kind, 'folder');
      await remote.ensureRoot();
    },
  },
  {
    name: 'a look shows everything, and the next one what has changed since',
    run: async ({ remote, write, remove }) => {
      await write('a.txt', 'one');
      await write('d/e/f.txt', 'two');
      await write('g/h.txt', 'three');
      const picture = new Picture();
      await picture.look(remote);
      assert.deepEqual(picture.paths(), ['a.txt', 'd', 'd/e', 'd/e/f.txt', 'g', 'g/h.txt']);
      assert.equal(picture.entries.get('d/e/f.txt')?.size, 3);
      assert.equal(picture.entries.get('d')?.kind, 'folder');
      await write('d/e/new.txt', 'four');
      await remove('g');
      await write('a.txt', 'one more');
      await picture.look(remote);
      assert.deepEqual(picture.paths(), ['a.txt', 'd', 'd/e', 'd/e/f.txt', 'd/e/new.txt']);
      assert.equal(picture.entries.get('a.txt')?.size, 8);
      await picture.look(remote);
      assert.deepEqual(picture.paths(), ['a.txt', 'd', 'd/e', 'd/e/f.txt', 'd/e/new.txt']);
      for (const [path, entry] of picture.entries) {
        if (entry.kind === 'file') assert.equal(entry.etag, (await remote.stat(path))?.etag);
      }
    },
  },
  {
    name: 'R12 a folder renamed by another client keeps its id, and what is in it is known under the new path',
    run: async ({ remote, write, move }) => {
      await write('d/e/f.txt', 'x');
      const picture = new Picture();
      await picture.look(remote);
      const before = picture.entries.get('d');
      await move('d', 'renamed');
      await picture.look(remote);
      assert.deepEqual(picture.paths(), ['renamed', 'renamed/e', 'renamed/e/f.txt']);
      if (remote.profile.stableIds) assert.equal(picture.entries.get('renamed')?.id, before?.id);
    },
  },
  {
    name: 'R14 a file is created, and comes back with its bytes, size and modification time',
    run: async ({ remote, read }) => {
      const progress: number[] = [];
      const made = await put(remote, 'a.txt', 'hello', {
        ifAbsent: true,
        onProgress: (n) => progress.push(n),
      });
      assert.equal(made.path, 'a.txt');
      assert.equal(made.kind, 'file');
      assert.equal(made.size, 5);
      assert.equal(
        progress.reduce((a, b) => a + b, 0),
        5,
      );
      const there = await present(remote, 'a.txt');
      assert.equal(there.etag, made.etag);
      assert.equal(there.id, made.id);
      assert.equal(await read('a.txt'), 'hello');
      assert.equal(await textOf(remote, 'a.txt', { ifMatch: made.etag }), 'hello');
      if (remote.profile.mtime === 'ns') assert.deepEqual(there.mtime, mtime);
      if (remote.profile.mtime === 's') assert.equal(there.mtime?.s, mtime.s);
    },
  },
  {
    name: 'an empty file can be created and read',
    run: async ({ remote }) => {
      const made = await put(remote, 'empty', '', { ifAbsent: true });
      assert.equal(made.size, 0);
      assert.equal(await textOf(remote, 'empty'), '');
    },
  },
  {
    name: 'a file is replaced where its etag fits, and keeps its id',
    run: async ({ remote, read }) => {
      const first = await put(remote, 'a', 'one', { ifAbsent: true });
      const second = await put(remote, 'a', 'two!', { ifMatch: first.etag });
      assert.notEqual(second.etag, first.etag);
      assert.equal(second.id, first.id);
      assert.equal(await read('a'), 'two!');
    },
  },
  {
    name: 'R5 a write is refused when the target is there, is another, or is gone',
    run: async ({ remote, write, read, remove }) => {
      const first = await put(remote, 'a', 'one', { ifAbsent: true });
      await refused(put(remote, 'a', 'mine', { ifAbsent: true }), 'target-changed');
      await write('a', 'from another client');
      await refused(put(remote, 'a', 'mine', { ifMatch: first.etag }), 'target-changed');
      assert.equal(await read('a'), 'from another client');
      await remove('a');
      await refused(put(remote, 'a', 'mine', { ifMatch: first.etag }), 'target-changed', 'not-found');
      assert.equal(await read('a'), undefined);
    },
  },
  {
    name: 'a write where the parent is missing is refused',
    run: async ({ remote }) => {
      await refused(put(remote, 'none/a', 'x', { ifAbsent: true }), 'parent-missing', 'not-found');
    },
  },
  {
    name: 'R6 a source that changed on the way is not taken for what was meant',
    run: async ({ remote }) => {
      await refused(
        put(remote, 'a', 'other bytes', { ifAbsent: true, sha256: sha256('meant') }),
        'target-changed',
        'upload-damaged',
      );
      const short = { ...sourceOf('abc'), size: 10 };
      await refused(remote.write('b', short, { mtime, ifAbsent: true }), 'target-changed');
      assert.equal((await remote.stat('b'))?.size ?? 0, 0);
    },
  },
  {
    name: 'a download begins in the middle, and only of the version that is meant',
    run: async ({ remote, write }) => {
      const made = await put(remote, 'a', 'hello world', { ifAbsent: true });
      assert.equal(await textOf(remote, 'a', { ifMatch: made.etag, start: 6 }), 'world');
      await write('a', 'changed!!!!');
      await refused(textOf(remote, 'a', { ifMatch: made.etag, start: 6 }), 'target-changed');
      await refused(textOf(remote, 'a', { ifMatch: made.etag }), 'target-changed');
      await refused(textOf(remote, 'none'), 'not-found');
    },
  },
  {
    name: 'mkdir makes a folder once',
    run: async ({ remote }) => {
      const made = await remote.mkdir('d');
      assert.equal(made.kind, 'folder');
      assert.equal((await present(remote, 'd')).id, made.id);
      await refused(remote.mkdir('d'), 'already-exists');
      await refused(remote.mkdir('none/d'), 'parent-missing');
    },
  },
  {
    name: 'R12 move is one call for a folder, keeps ids, and never overwrites',
    run: async ({ remote, write, read }) => {
      await write('d/e/f', 'x');
      await write('g', 'y');
      const before = await present(remote, 'd');
      const moved = await remote.move('d', 'h', { ifMatch: before.etag });
      assert.equal(moved.path, 'h');
      assert.equal(moved.id, before.id);
      assert.equal(await read('h/e/f'), 'x');
      assert.equal(await remote.stat('d'), undefined);
      const file = await present(remote, 'h/e/f');
      await refused(remote.move('h/e/f', 'g', { ifMatch: file.etag }), 'target-changed');
      assert.equal(await read('g'), 'y');
      await remote.move('h/e/f', 'i', { ifMatch: file.etag });
      assert.equal(await read('i'), 'x');
      await refused(remote.move('i', 'none/i'), 'parent-missing');
      await refused(remote.move('none', 'j'), 'not-found');
    },
  },
  {
    name: 'R5 move and remove of a file that changed are refused',
    run: async ({ remote, write, read }) => {
      const made = await put(remote, 'a', 'one', { ifAbsent: true });
      await write('a', 'another!');
      await refused(remote.remove('a', { ifMatch: made.etag }), 'target-changed');
      await refused(remote.move('a', 'b', { ifMatch: made.etag }), 'target-changed');
      assert.equal(await read('a'), 'another!');
    },
  },
  {
    name: 'remove takes a file, and a folder with all below',
    run: async ({ remote, write }) => {
      await write('d/e', 'x');
      const made = await put(remote, 'a', 'one', { ifAbsent: true });
      await remote.remove('a', { ifMatch: made.etag });
      await remote.remove('d', { ifMatch: (await present(remote, 'd')).etag });
      assert.equal(await remote.stat('a'), undefined);
      assert.equal(await remote.stat('d/e'), undefined);
      await refused(remote.remove('a', { ifMatch: made.etag }), 'not-found');
    },
  },
  {
    name: 'touch sets the time without content, where the server keeps times',
    run: async ({ remote, read }) => {
      const made = await put(remote, 'a', 'one', { ifAbsent: true });
      const later = { s: 1_000_000_000, ns: 0 };
      const touched = await remote.touch('a', { mtime: later, executable: false }, { ifMatch: made.etag });
      if (remote.profile.mtime === 'ns') assert.deepEqual(touched.mtime, later);
      assert.equal(await read('a'), 'one');
    },
  },
  {
    name: 'R13 odd names go there and come back',
    run: async ({ remote, read }) => {
      const names = ['ünï', 'e\u0301', ' lead', '100% #?&+;=', "it's (1)", '😀', '[a]{b}', 'a:b', '%41'];
      for (const name of names) await put(remote, name, name, { ifAbsent: true });
      const picture = new Picture();
      await picture.look(remote);
      assert.deepEqual(picture.paths(), [...names].sort());
      for (const name of names) {
        assert.equal(await textOf(remote, name), name);
        assert.equal(await read(name), name);
      }
    },
  },
  {
    name: 'news are told at the start and after a change by another client, until the signal aborts',
    run: async ({ remote, write }) => {
      const stop = new AbortController();
      let news = 0;
      let tell = () => {};
      const listening = remote.listen(() => {
        news++;
        tell();
      }, stop.signal);
      const outcome = listening.catch((error: unknown) => error);
      const count = (wanted: number) =>
        new Promise<void>((resolve) => {
          tell = () => {
            if (news >= wanted) resolve();
          };
          tell();
        });
      const first = await Promise.race([count(1), outcome]);
      // A server that tells no news is one that is asked regularly.
      if (isAppError(first, 'not-supported')) return;
      await write('a', 'one');
      await Promise.race([count(2), outcome]);
      assert.equal(news >= 2, true);
      stop.abort(new Error('enough'));
      assert.match(String(await outcome), /enough/);
    },
  },
  {
    name: 'an aborted call does not go on',
    run: async ({ remote }) => {
      const stopped = AbortSignal.abort();
      await assert.rejects(put(remote, 'a', 'one', { ifAbsent: true, signal: stopped }));
      await assert.rejects(async () => {
        for await (const change of remote.changes(undefined, () => undefined, stopped)) assert.ok(change);
      });
    },
  },
  ...batchContract,
  ...deltaContract,
];
