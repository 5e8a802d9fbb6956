import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { MemoryRemote } from '@holdfast/client/testing';
import { openFolder } from '@holdfast/localfs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../engine/open-engine.ts';
import type { SyncEngine } from '../engine/options.ts';

let dir: string;
let remote: MemoryRemote;
let engine: SyncEngine;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-choice-'));
  mkdirSync(join(dir, 'root'));
  remote = new MemoryRemote({ clock: systemClock });
  engine = await open();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<SyncEngine> {
  const parts = { clock: systemClock, random: systemRandom, links: true };
  const folder = await openFolder({
    root: join(dir, 'root'),
    historyDir: join(dir, 'state/history'),
    ...parts,
  });
  return await openEngine({ folder, remote, stateDir: join(dir, 'state'), ...parts });
}

async function reopen(): Promise<void> {
  await engine[Symbol.asyncDispose]();
  engine = await open();
}

const at = (path: string) => join(dir, 'root', path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

describe('choices on a real disk', () => {
  it('rules of several folders hold, and what they name is not even looked into', async () => {
    write('.holdfastignore', 'build/\n*.log\n');
    write('src/.holdfastignore', '!keep.log\n/gen/*\n!/gen/wanted\n');
    for (const path of [
      'a.log',
      'build/x',
      'src/keep.log',
      'src/a.log',
      'src/gen/x',
      'src/gen/wanted',
      'src/main.c',
      'x~',
    ]) {
      write(path, path);
    }
    const report = await engine.run();
    expect(report.problems).toEqual([]);
    expect([...remote.server.tree().keys()].sort()).toEqual([
      '.holdfastignore',
      'src',
      'src/.holdfastignore',
      'src/gen',
      'src/gen/wanted',
      'src/keep.log',
      'src/main.c',
    ]);
    expect(report.skipped.find(({ path }) => path === 'src/gen/x')?.rule).toBe(
      'src/.holdfastignore line 2: /gen/*',
    );
    expect(await engine.care.why('build/x')).toMatchObject({
      state: 'ignored',
      rule: '.holdfastignore line 1: build/',
    });
    rmSync(at('.holdfastignore'));
    expect((await engine.run()).problems).toEqual([]);
    expect(remote.server.read('build/x')).toBe('build/x');
  });

  it('what is freed is gone from the disk and the history, and comes back as it was', async () => {
    write('photos/a.jpg', 'a'.repeat(100_000));
    write('photos/deep/b.jpg', 'b');
    await engine.run();
    const before = lstatSync(at('photos/a.jpg'), { bigint: true });
    expect(await engine.care.keepThere('photos', { hide: true })).toEqual({
      files: 2,
      bytes: 100_001,
      left: [],
    });
    expect(existsSync(at('photos'))).toBe(false);
    expect(filesBelow(join(dir, 'state/history'))).toEqual([]);
    expect(readdirSync(at(''))).toEqual([]);
    expect(await engine.run()).toMatchObject({ state: 'in-sync', problems: [] });
    await reopen();
    expect(engine.care.there()).toEqual([{ path: 'photos', kind: 'folder', size: 100_001, files: 2 }]);
    expect(await engine.care.why('photos/a.jpg')).toMatchObject({ state: 'there' });
    await engine.care.keepHere('photos');
    expect((await engine.run()).counts.downloaded).toBe(2);
    expect(readFileSync(at('photos/a.jpg'), 'utf8')).toBe('a'.repeat(100_000));
    const after = lstatSync(at('photos/a.jpg'), { bigint: true });
    // Times are set as a double of seconds.
    expect(Math.abs(Number(after.mtimeNs - before.mtimeNs))).toBeLessThan(1000);
  });

  it('links go there and back as links', async () => {
    write('d/file', 'text');
    symlinkSync('file', at('d/link'));
    symlinkSync('/etc/passwd', at('outside'));
    const report = await engine.run();
    expect(report).toMatchObject({ problems: [], skipped: [{ path: 'outside', reason: 'symlink' }] });
    expect(remote.server.find('d/link')).toMatchObject({ link: true });
    remote.server.write('d/link', '../d/file', { link: true });
    remote.server.write('new', 'd', { link: true });
    remote.server.write('bad', '../../etc', { link: true });
    const next = await engine.run();
    expect(next.problems).toMatchObject([{ path: 'bad', code: 'link-outside' }]);
    expect([readlinkSync(at('d/link')), readlinkSync(at('new'))]).toEqual(['../d/file', 'd']);
    expect(readFileSync(at('d/file'), 'utf8')).toBe('text');
    remote.server.remove('bad');
    remote.server.remove('new');
    expect((await engine.run()).state).toBe('changed');
    expect(existsSync(at('d/file'))).toBe(true);
    expect(lstatSync(at('new'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((one) =>
    one.isFile() ? one.name : [],
  );
}
