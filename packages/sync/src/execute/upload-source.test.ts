import { createHash } from 'node:crypto';
import { manualClock } from '@holdfast/base/testing';
import { MemoryFolder } from '@holdfast/localfs/testing';
import { describe, expect, it } from 'vitest';
import { HashingSource } from './upload-source.ts';

const text = 'the bytes of a large file';
const sha = createHash('sha256').update(text).digest('hex');

async function sourceOf(content = text) {
  const folder = new MemoryFolder({ clock: manualClock() });
  folder.disk.write('f', content);
  const entry = await folder.stat('f');
  const told: string[] = [];
  const source = new HashingSource(folder, entry ?? expect.unreachable(), (hash) => told.push(hash));
  return { folder, source, told };
}

async function read(source: HashingSource, range?: { start: number; end: number }): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of source.open(range)) parts.push(part);
  return Buffer.concat(parts).toString();
}

const last = text.length - 1;

describe('HashingSource', () => {
  it('hashes while it is read as a whole, each time anew', async () => {
    const { source, told } = await sourceOf();
    expect(source.sha256()).toBeUndefined();
    expect(await read(source)).toBe(text);
    expect(source.sha256()).toBe(sha);
    await read(source);
    expect(told).toEqual([sha, sha]);
  });

  it('hashes while it is read in parts, one after the other', async () => {
    const { source, told } = await sourceOf();
    await read(source, { start: 0, end: 9 });
    expect(source.sha256()).toBeUndefined();
    expect(await read(source, { start: 10, end: last })).toBe(text.slice(10));
    expect(told).toEqual([sha]);
  });

  it('R7 knows the hash of all when only the last parts are sent, before their last bytes go out', async () => {
    const { source, told } = await sourceOf();
    expect(await read(source, { start: 12, end: 15 })).toBe(text.slice(12, 16));
    let before = 0;
    for await (const _ of source.open({ start: 20, end: last })) before = told.length;
    expect(before).toBe(1);
    expect(source.sha256()).toBe(sha);
  });

  it('a part that is sent again counts once', async () => {
    const { source } = await sourceOf();
    await read(source, { start: 0, end: 9 });
    await read(source, { start: 0, end: 9 });
    await read(source, { start: 5, end: 12 });
    await read(source, { start: 13, end: last });
    expect(source.sha256()).toBe(sha);
  });

  it('parts that are sent side by side are hashed in their order', async () => {
    const { source, told } = await sourceOf();
    const ranges = [0, 6, 12, 18].map((start) => ({ start, end: Math.min(start + 5, last) }));
    const parts = await Promise.all(
      [...ranges, { start: 24, end: last }].map((range) => read(source, range)),
    );
    expect(parts.join('')).toBe(text);
    expect(told).toEqual([sha]);
  });

  it('an attempt that broke off does not spoil the next one', async () => {
    const { source } = await sourceOf();
    for await (const _ of source.open()) break;
    await read(source);
    expect(source.sha256()).toBe(sha);
  });

  it('an empty file has a hash too', async () => {
    const { source, told } = await sourceOf('');
    expect(await read(source)).toBe('');
    expect(told).toEqual([createHash('sha256').digest('hex')]);
  });

  it('R5 tells when the file does not stay as it was seen', async () => {
    const { folder, source } = await sourceOf();
    await read(source, { start: 0, end: 9 });
    folder.disk.write('f', 'changed');
    await expect(read(source, { start: 12, end: last })).rejects.toMatchObject({ code: 'target-changed' });
    expect(source.sha256()).toBeUndefined();
  });
});
