import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Folder } from './folder.ts';
import { openFolder } from './index.ts';

/** What was done to the disk, in its order; `… begins` and `… ends` for what takes time. */
const { log, paths } = vi.hoisted(() => ({ log: [] as string[], paths: new Map<number, string>() }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  type Done = (error: NodeJS.ErrnoException | null) => void;
  const flushing =
    (name: 'fsync' | 'fdatasync') =>
    (fd: number, done: Done): void => {
      const path = paths.get(fd) ?? '';
      log.push(`${name} ${path} begins`);
      fs[name](fd, (error) => {
        log.push(`${name} ${path} ends`);
        done(error);
      });
    };
  return {
    ...fs,
    open: (path: string, flags: number, mode: number, done: (error: unknown, fd: number) => void) =>
      fs.open(path, flags, mode, (error, fd) => {
        if (!error) paths.set(fd, path);
        done(error, fd);
      }),
    openSync: (path: string, ...rest: [number | string, number?]) => {
      const fd = fs.openSync(path, ...rest);
      paths.set(fd, path);
      return fd;
    },
    writevSync: (fd: number, parts: readonly NodeJS.ArrayBufferView[]) => {
      log.push(`write ${paths.get(fd) ?? ''}`);
      return fs.writevSync(fd, parts);
    },
    linkSync: (from: string, to: string) => {
      log.push(`link ${from} ${to}`);
      fs.linkSync(from, to);
    },
    renameSync: (from: string, to: string) => {
      log.push(`rename ${from} ${to}`);
      fs.renameSync(from, to);
    },
    fsync: flushing('fsync'),
    fdatasync: flushing('fdatasync'),
  };
});

let base = '';
let root = '';
let folder: Folder;
const plain = { mtime: { s: 1_000_000_000, ns: 0 }, executable: false };

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-order-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'x'), { recursive: true });
  mkdirSync(join(root, 'y'));
  const historyDir = join(base, 'history');
  folder = await openFolder({ root, historyDir, clock: systemClock, random: systemRandom });
  log.length = 0;
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Where in the log something happened for the first time after `from`. */
function when(what: string, from = 0): number {
  const at = log.indexOf(what, from);
  expect(at, what).toBeGreaterThanOrEqual(0);
  return at;
}

/** Placed durably: what `place` resolves with can be written into a journal. */
async function place(path: string, text: string, expected: Parameters<Folder['place']>[2]): Promise<void> {
  const staged = await folder.stage(Buffer.from(text));
  await folder.place(staged, path, expected, plain);
  log.push(`placed ${path}`);
}

it('R7 bytes are durable before they have a name, and the name before anybody is told, many at once too', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `${index % 2 === 0 ? 'x' : 'y'}/${index}`);
  await Promise.all(names.map((path) => place(path, path, 'absent')));
  for (const path of names) {
    const at = join(root, path);
    const link = log.findIndex((line) => line.startsWith('link ') && line.endsWith(` ${at}`));
    const from = log[link]?.split(' ')[1] ?? '';
    expect(when(`write ${from}`)).toBeLessThan(when(`fdatasync ${from} begins`));
    expect(when(`fdatasync ${from} ends`)).toBeLessThan(link);
    const begun = when(`fsync ${dirname(at)} begins`, link);
    expect(when(`fsync ${dirname(at)} ends`, begun)).toBeLessThan(when(`placed ${path}`));
  }
  const flushes = log.filter((line) => line.startsWith('fsync ') && line.endsWith(' begins'));
  expect(flushes.length).toBeLessThan(names.length);
});

it('R1 R7 what is replaced has its durable name in the history before the new file takes its place', async () => {
  await place('x/a', 'before', 'absent');
  log.length = 0;
  await place('x/a', 'after', (await folder.stat('x/a')) ?? expect.unreachable());
  const at = join(root, 'x/a');
  const kept = log.findIndex((line) => line.startsWith(`link ${at} `));
  const slot = log[kept]?.split(' ').at(-1) ?? '';
  const rename = log.findIndex((line) => line.startsWith('rename ') && line.endsWith(` ${at}`));
  const from = log[rename]?.split(' ')[1] ?? '';
  expect(when(`fdatasync ${from} ends`)).toBeLessThan(rename);
  expect(kept).toBeGreaterThanOrEqual(0);
  expect(when(`fsync ${dirname(slot)} ends`, kept)).toBeLessThan(rename);
  expect(when(`fsync ${dirname(at)} ends`, rename)).toBeLessThan(when('placed x/a'));
});
