import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Folder, StagedFile } from './folder.ts';
import { openFolder } from './index.ts';

let base = '';
let root = '';
let historyDir = '';
let folder: Folder;

const open = () => openFolder({ root, historyDir, clock: systemClock, random: systemRandom });
const plain = { mtime: undefined, executable: false };

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  root = join(base, 'root');
  historyDir = join(base, 'history');
  mkdirSync(root);
  folder = await open();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function stage(text: string): Promise<StagedFile> {
  return folder.stage(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
}

async function entry(path: string) {
  const seen = await folder.stat(path);
  if (!seen) throw new Error(`${path} is missing`);
  return seen;
}

describe('R4 a root that is not what it was', () => {
  const gone = { code: 'folder-missing' };

  it('is missing at the start, or no folder', async () => {
    const options = { historyDir, clock: systemClock, random: systemRandom };
    await expect(openFolder({ ...options, root: join(base, 'none') })).rejects.toMatchObject(gone);
    writeFileSync(join(base, 'file'), '');
    await expect(openFolder({ ...options, root: join(base, 'file') })).rejects.toMatchObject(gone);
  });

  it('has been removed, or replaced by another one, by a link, or by a file', async () => {
    writeFileSync(join(root, 'a'), 'x');
    const seen = await entry('a');
    const staged = await stage('new');
    renameSync(root, join(base, 'away'));
    const check = async () => {
      await expect(folder.scan()).rejects.toMatchObject(gone);
      await expect(folder.stat('a')).rejects.toMatchObject(gone);
      await expect(folder.hash(seen)).rejects.toMatchObject(gone);
      await expect(folder.remove(seen)).rejects.toMatchObject(gone);
      await expect(folder.place(staged, 'b', 'absent', plain)).rejects.toMatchObject(gone);
      await expect(folder.mkdir('c')).rejects.toMatchObject(gone);
    };
    await check();
    mkdirSync(root);
    await check();
    rmSync(root, { recursive: true });
    symlinkSync(join(base, 'away'), root);
    await check();
    rmSync(root);
    writeFileSync(root, '');
    await check();
    rmSync(root);
    renameSync(join(base, 'away'), root);
    expect([...(await folder.scan()).entries]).toHaveLength(1);
  });

  it('keeps its identity over restarts and renames of what is inside', async () => {
    const before = await folder.identity();
    mkdirSync(join(root, 'sub'));
    expect(await (await open()).identity()).toBe(before);
  });

  it('cannot hold its own history', async () => {
    const options = { root, clock: systemClock, random: systemRandom };
    for (const inside of [root, join(root, 'h'), join(root, '..h')]) {
      await expect(openFolder({ ...options, historyDir: inside })).rejects.toMatchObject({
        code: 'config-invalid',
      });
    }
  });
});

describe('what is not synced is named', () => {
  it('links, pipes and names that are not UTF-8; nothing is followed', async () => {
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside', 'secret'), 'x');
    symlinkSync(join(base, 'outside'), join(root, 'to-folder'));
    symlinkSync('nowhere', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), 'x');
    writeFileSync(join(root, 'good'), 'x');
    const { entries, problems } = await folder.scan();
    expect(Array.from(entries, (seen) => seen.path)).toEqual(['good']);
    expect(problems.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      'bad-\uFFFD bad-encoding',
      'dangling symlink',
      'pipe special',
      'to-folder symlink',
    ]);
    expect(await folder.stat('to-folder')).toBeUndefined();
  });

  it('a link in the middle of a path never leads out', async () => {
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside', 'a'), 'mine');
    symlinkSync(join(base, 'outside'), join(root, 'link'));
    const staged = await stage('evil');
    const denied = { code: 'local-denied' };
    await expect(folder.place(staged, 'link/a', 'absent', plain)).rejects.toMatchObject(denied);
    await expect(folder.mkdir('link/b')).rejects.toMatchObject(denied);
    await expect(folder.stat('link/a')).rejects.toMatchObject(denied);
    await expect(folder.place(staged, 'link', 'absent', plain)).rejects.toMatchObject({
      code: 'target-changed',
    });
    expect(readdirSync(join(base, 'outside'))).toEqual(['a']);
  });

  it('a folder that became a link after it was seen is not followed', async () => {
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd', 'a'), 'x');
    const seen = await entry('d/a');
    renameSync(join(root, 'd'), join(base, 'moved'));
    symlinkSync(join(base, 'moved'), join(root, 'd'));
    await expect(folder.remove(seen)).rejects.toMatchObject({ code: 'local-denied' });
    await expect(folder.hash(seen)).rejects.toMatchObject({ code: 'local-denied' });
    expect(existsSync(join(base, 'moved', 'a'))).toBe(true);
  });
});

describe('nothing of ours stays in the folder', () => {
  it('neither after a change nor after a failure', async () => {
    const staged = await stage('x');
    expect(readdirSync(root)).toHaveLength(1);
    await folder.place(staged, 'a', 'absent', plain);
    expect(readdirSync(root)).toEqual(['a']);
    await folder.discard(await stage('y'));
    expect(readdirSync(root)).toEqual(['a']);
  });

  it('tidy removes what an interrupted run has left, also further down', async () => {
    await stage('left over');
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd', '.holdfast-stage-00'), 'left over');
    const next = await open();
    expect(Array.from((await next.scan()).entries, (seen) => seen.path)).toEqual(['d']);
    await next.tidy(0);
    expect(readdirSync(root)).toEqual(['d']);
    expect(readdirSync(join(root, 'd'))).toEqual([]);
  });

  it('tidy touches nothing in the history that is no run', async () => {
    mkdirSync(join(historyDir, 'notes'), { recursive: true });
    mkdirSync(join(historyDir, '2001-01-01T000000'));
    mkdirSync(join(historyDir, '2001-01-01T000000 (2)'));
    await folder.tidy(1000);
    expect(readdirSync(historyDir)).toEqual(['notes']);
  });
});

describe('R1 history on another disk', () => {
  // Where there is no second disk the same holds on one.
  const elsewhere = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

  it('removed and overwritten files are copied there', async () => {
    historyDir = mkdtempSync(join(elsewhere, 'holdfast-history-'));
    try {
      folder = await open();
      writeFileSync(join(root, 'a'), 'old');
      const placed = await folder.place(await stage('new'), 'a', await entry('a'), plain);
      await folder.remove(placed);
      const [run = '', second = ''] = readdirSync(historyDir).sort();
      expect(readFileSync(join(historyDir, run, 'a'), 'utf8')).toBe('old');
      expect(readFileSync(join(historyDir, second, 'a'), 'utf8')).toBe('new');
      expect(readdirSync(root)).toEqual([]);
    } finally {
      rmSync(historyDir, { recursive: true, force: true });
    }
  });
});

describe('attributes', () => {
  it('a replaced file keeps its permissions but for the executable bits', async () => {
    writeFileSync(join(root, 'a'), 'x');
    chmodSync(join(root, 'a'), 0o640);
    const placed = await folder.place(await stage('y'), 'a', await entry('a'), {
      mtime: undefined,
      executable: true,
    });
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o750);
    await folder.touch(placed, plain);
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o640);
  });

  it('R14 times that others have set are read to the nanosecond, before 1970 too', async () => {
    writeFileSync(join(root, 'a'), 'x');
    execFileSync('touch', ['-d', '1969-12-31T23:59:58.000000001Z', join(root, 'a')]);
    expect((await entry('a')).mtime).toEqual({ s: -2, ns: 1 });
    utimesSync(join(root, 'a'), 0, 0);
    expect((await entry('a')).mtime).toEqual({ s: 0, ns: 0 });
  });

  it('a hard link is replaced, its other name keeps the old bytes', async () => {
    writeFileSync(join(root, 'a'), 'old');
    linkSync(join(root, 'a'), join(root, 'b'));
    await folder.place(await stage('new'), 'a', await entry('a'), plain);
    expect(readFileSync(join(root, 'b'), 'utf8')).toBe('old');
    expect(lstatSync(join(root, 'a')).nlink).toBe(1);
  });
});

it('R7 a file that is being replaced is never missing and never half', async () => {
  const texts = new Set(['0'.repeat(40_000)]);
  writeFileSync(join(root, 'a'), '0'.repeat(40_000));
  let seen = await entry('a');
  for (let round = 1; round <= 20; round++) {
    const text = String(round % 10).repeat(40_000);
    texts.add(text);
    const placing = folder.place(await stage(text), 'a', seen, plain);
    let done = false;
    const watching = (async () => {
      while (!done) {
        expect(texts.has(readFileSync(join(root, 'a'), 'utf8'))).toBe(true);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    seen = await placing;
    done = true;
    await watching;
  }
});

it('a large file goes through in pieces', async () => {
  const size = 5 * 1024 * 1024 + 3;
  const staged = await folder.stage(
    (async function* () {
      for (let at = 0; at < size; at += 70_001) yield Buffer.alloc(Math.min(70_001, size - at), at & 0xff);
    })(),
  );
  const placed = await folder.place(staged, 'big', 'absent', plain);
  expect(placed.size).toBe(size);
  expect(await folder.hash(placed)).toBe(staged.sha256);
  let read = 0;
  for await (const chunk of folder.read(placed)) read += chunk.byteLength;
  expect(read).toBe(size);
  await expect(folder.hash(placed, AbortSignal.abort())).rejects.toThrow();
});
