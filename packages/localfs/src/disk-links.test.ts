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
import { join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFolder } from './disk-folder.ts';
import type { LocalEntry } from './folder.ts';

let dir: string;
let folder: DiskFolder;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-links-'));
  mkdirSync(join(dir, 'root'));
  writeFileSync(join(dir, 'outside'), 'secret');
  folder = open(true);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function open(links: boolean): DiskFolder {
  const [root, historyDir] = [join(dir, 'root'), join(dir, 'history')];
  return new DiskFolder({ root, historyDir, clock: systemClock, random: systemRandom, links });
}

const at = (path: string) => join(dir, 'root', path);

async function seen(path: string): Promise<LocalEntry> {
  const entry = await folder.stat(path);
  if (entry === undefined) throw new Error(`nothing at ${path}`);
  return entry;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const mtime = { s: 1_600_000_000, ns: 0 };

describe('symbolic links on the disk', () => {
  it('are files with their target as content, and are told as left alone unless asked for', async () => {
    writeFileSync(at('file'), 'text');
    symlinkSync('file', at('link'));
    symlinkSync('nowhere', at('dangling'));
    symlinkSync('../outside', at('out'));
    symlinkSync('/etc', at('absolute'));
    mkdirSync(at('d'));
    symlinkSync('..', at('d/loop'));
    const scan = await folder.scan();
    expect(Array.from(scan.entries, ({ path, link }) => [path, link]).sort()).toEqual([
      ['d', undefined],
      ['d/loop', true],
      ['dangling', true],
      ['file', undefined],
      ['link', true],
    ]);
    expect(scan.problems.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      'absolute symlink',
      'out symlink',
    ]);
    const link = await seen('link');
    expect(link).toMatchObject({ kind: 'file', size: 4, executable: false, link: true });
    expect([...scan.entries].find(({ path }) => path === 'link')).toEqual(link);
    expect(await textOf(folder.read(link))).toBe('file');
    expect(await folder.hash(link)).toBe('3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80');
    const plain = await open(false).scan();
    expect(plain.problems.filter(({ reason }) => reason === 'symlink')).toHaveLength(5);
  });

  it('are made, replaced and removed as links; what was there goes to the history, and nothing is followed', async () => {
    writeFileSync(at('target'), 'untouched');
    const place = async (path: string, text: string, link: boolean, expected: LocalEntry | 'absent') =>
      folder.place(await folder.stage(bytesOf(text)), path, expected, { mtime, executable: false, link });
    const made = await place('l', 'target', true, 'absent');
    expect(made).toMatchObject({ link: true, mtime, size: 6 });
    expect(readlinkSync(at('l'))).toBe('target');
    const again = await place('l', 'elsewhere', true, made);
    expect(readlinkSync(at('l'))).toBe('elsewhere');
    const file = await place('l', 'now a file', false, again);
    expect(file.link).toBeUndefined();
    expect(lstatSync(at('l')).mode & 0o111).toBe(0);
    const back = await place('l', 'target', true, file);
    const moved = await folder.move(back, 'm');
    const touched = await folder.touch(moved, { mtime: { s: 5, ns: 0 }, executable: true });
    expect(touched).toMatchObject({ link: true, executable: false, mtime: { s: 5, ns: 0 } });
    await folder.remove(touched);
    expect(readFileSync(at('target'), 'utf8')).toBe('untouched');
    expect(readdirSync(at(''))).toEqual(['target']);
    const kept = await folder.kept('l');
    const texts = await Promise.all(kept.map(({ id }) => textOf(folder.readKept(id))));
    expect(texts.sort()).toEqual(['elsewhere', 'now a file', 'target']);
    expect(kept.map(({ link }) => link).sort()).toEqual([false, true, true]);
    const [last] = await folder.kept('m');
    expect(last).toMatchObject({ link: true, size: 6, mtime: { s: 5, ns: 0 } });
    expect(await textOf(folder.readKept(last?.id ?? ''))).toBe('target');
  });

  it.each(['../outside', '/etc/passwd', 'a/../../outside', ''])(
    'to %j are refused, and nothing is left behind',
    async (target) => {
      const staged = await folder.stage(bytesOf(target));
      await expect(
        folder.place(staged, 'l', 'absent', { mtime, executable: false, link: true }),
      ).rejects.toMatchObject({
        code: 'link-outside',
      });
      await folder.discard(staged);
      expect(readdirSync(at(''))).toEqual([]);
    },
  );

  it('R5 that were changed meanwhile stay', async () => {
    symlinkSync('a', at('l'));
    const before = await seen('l');
    rmSync(at('l'));
    symlinkSync('b', at('l'));
    await expect(folder.remove(before)).rejects.toMatchObject({ code: 'target-changed' });
    await expect(folder.hash(before)).rejects.toMatchObject({ code: 'target-changed' });
    const staged = await folder.stage(bytesOf('c'));
    await expect(
      folder.place(staged, 'l', before, { mtime, executable: false, link: true }),
    ).rejects.toMatchObject({
      code: 'target-changed',
    });
    await expect(
      folder.place(staged, 'l', 'absent', { mtime, executable: false, link: true }),
    ).rejects.toMatchObject({
      code: 'target-changed',
    });
    await folder.discard(staged);
    expect(readlinkSync(at('l'))).toBe('b');
    expect(existsSync(join(dir, 'history', 'l'))).toBe(false);
  });
});
