import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom, type TreePath } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFolder } from './index.ts';

let base = '';
let root = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'old'), 'x');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('watching a disk folder', () => {
  it('tells new, changed, renamed and removed paths, never our own files; stops when told', async () => {
    const stop = new AbortController();
    const seen = new Set<TreePath>();
    const folder = await openFolder({
      root,
      historyDir: join(base, 'history'),
      clock: systemClock,
      random: systemRandom,
    });
    await folder.watch((paths) => {
      for (const path of paths ?? []) seen.add(path);
    }, stop.signal);
    writeFileSync(join(root, 'sub', 'new'), 'x');
    await vi.waitFor(() => expect(seen).toContain('sub/new'), 20_000);
    writeFileSync(join(root, 'old'), 'changed');
    await vi.waitFor(() => expect(seen).toContain('old'), 20_000);
    renameSync(join(root, 'old'), join(root, 'renamed'));
    await vi.waitFor(() => expect(seen).toContain('renamed'), 20_000);
    rmSync(join(root, 'sub', 'new'));
    mkdirSync(join(root, '.holdfast-stage-77'));
    writeFileSync(join(root, '.holdfast-stage-77', '0'), 'x');
    writeFileSync(join(root, 'last'), 'x');
    await vi.waitFor(() => expect(seen).toContain('last'), 20_000);
    expect([...seen].filter((path) => path.includes('holdfast-stage'))).toEqual([]);
    stop.abort();
  });

  it('an aborted watch does not start', async () => {
    const folder = await openFolder({
      root,
      historyDir: join(base, 'history'),
      clock: systemClock,
      random: systemRandom,
    });
    await expect(folder.watch(() => {}, AbortSignal.abort())).rejects.toThrow();
  });
});
