import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWithin, systemClock, type TreePath } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskRoot } from './disk-root.ts';
import type { Watching } from './folder.ts';
import { watchFolder } from './watch-folder.ts';

const patience = 20_000;
describe('watching a folder', () => {
  let base = '';
  let root = '';
  let stop = new AbortController();
  let told: TreePath[] = [];
  let watching: Watching = { ended: Promise.resolve() };

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
    root = join(base, 'root');
    mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
    writeFileSync(join(root, 'old'), 'x');
    writeFileSync(join(root, 'sub', 'deep', 'file'), 'x');
    stop = new AbortController();
    told = [];
    const tell = (paths: readonly TreePath[] | undefined) => told.push(...(paths ?? ['']));
    watching = await watchFolder(new DiskRoot(root), systemClock, tell, stop.signal);
  });
  afterEach(async () => {
    stop.abort();
    await watching.ended;
    rmSync(base, { recursive: true, force: true });
  });

  const expectTold = (path: TreePath) =>
    vi.waitFor(() => expect(told.some((one) => isWithin(path, one))).toBe(true), patience);
  const at = (path: TreePath) => join(root, path);

  it('tells files that are made, changed, renamed, replaced and removed, never our own', async () => {
    writeFileSync(at('.holdfast-stage-1'), 'ours');
    writeFileSync(at('sub/new'), 'x');
    await expectTold('sub/new');
    writeFileSync(at('sub/deep/file'), 'changed');
    await expectTold('sub/deep/file');
    renameSync(at('old'), at('renamed'));
    await expectTold('renamed');
    await expectTold('old');
    told = [];
    writeFileSync(at('beside'), 'saved');
    renameSync(at('beside'), at('renamed'));
    await expectTold('renamed');
    told = [];
    rmSync(at('sub/new'));
    await expectTold('sub/new');
    expect(told.filter((path) => path.includes('.holdfast-stage'))).toEqual([]);
  });

  it('R4 tells what is in a folder that was made just now, and what happens in it later', async () => {
    mkdirSync(at('a/b/c'), { recursive: true });
    writeFileSync(at('a/b/c/1'), 'at once');
    await expectTold('a/b/c/1');
    await vi.waitFor(() => {
      // Until its watch is there, only its making is told.
      writeFileSync(at('a/b/c/2'), `${told.length}`);
      expect(told).toContain('a/b/c/2');
    }, patience);
  });

  it('R4 tells what happens in a folder that was moved here from elsewhere', async () => {
    mkdirSync(join(base, 'outside', 'x', 'y'), { recursive: true });
    renameSync(join(base, 'outside'), at('moved'));
    await expectTold('moved/x/y');
    await vi.waitFor(() => {
      writeFileSync(at('moved/x/y/1'), `${told.length}`);
      expect(told).toContain('moved/x/y/1');
    }, patience);
  });

  it('R12 tells the old and the new path of a folder that is renamed, and what happens in it later', async () => {
    renameSync(at('sub'), at('renamed'));
    await expectTold('sub');
    await expectTold('renamed');
    await vi.waitFor(() => {
      writeFileSync(at('renamed/deep/1'), `${told.length}`);
      expect(told).toContain('renamed/deep/1');
    }, patience);
    renameSync(at('renamed'), at('sub'));
    await vi.waitFor(() => {
      writeFileSync(at('sub/deep/2'), `${told.length}`);
      expect(told).toContain('sub/deep/2');
    }, patience);
  });

  it('R4 tells of a folder that is another one now, and what happens in that', async () => {
    rmSync(at('sub'), { recursive: true });
    mkdirSync(at('sub/other'), { recursive: true });
    await expectTold('sub');
    await vi.waitFor(() => {
      writeFileSync(at('sub/other/1'), `${told.length}`);
      expect(told).toContain('sub/other/1');
    }, patience);
  });

  it('R4 says that anything may have changed, or ends, when the root is gone', async () => {
    let ended = false;
    const noted = watching.ended.then(() => {
      ended = true;
    });
    renameSync(root, join(base, 'elsewhere'));
    mkdirSync(root);
    await vi.waitFor(() => {
      writeFileSync(at('x'), `${told.length}`);
      expect(ended || told.includes('')).toBe(true);
    }, patience);
    stop.abort();
    await noted;
  });

  it('ends when it is told to', async () => {
    stop.abort();
    await watching.ended;
    told = [];
    writeFileSync(at('late'), 'x');
    const again = watchFolder(new DiskRoot(root), systemClock, () => {}, stop.signal);
    await expect(again).rejects.toThrow();
    expect(told).toEqual([]);
  });
});
