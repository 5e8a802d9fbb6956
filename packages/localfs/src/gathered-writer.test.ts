import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatheredWriter } from './gathered-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-gathered-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pattern = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7919) >>> 3));

describe('GatheredWriter', () => {
  it.each([
    ['nothing', []],
    ['a little', [1, 0, 5]],
    ['a little more than a batch', [1_048_575, 2]],
    ['many chunks of odd sizes', Array.from({ length: 90 }, (_, i) => 40_000 + i * 997)],
    ['one chunk of several batches', [3_500_001]],
  ])('writes %s in order', async (_, sizes: number[]) => {
    const chunks = sizes.map((size, i) => pattern(size + i).subarray(i));
    const path = join(folder, 'f');
    const fd = openSync(path, 'wx');
    const writer = new GatheredWriter(fd);
    for (const chunk of chunks) await writer.add(chunk);
    await writer.finish();
    closeSync(fd);
    expect(readFileSync(path).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('fails with the error of the disk, also of an earlier batch', async () => {
    const fd = openSync(folder, 'r');
    const writer = new GatheredWriter(fd);
    const writeMuch = async () => {
      for (let i = 0; i < 3; i++) await writer.add(pattern(1_100_000));
      await writer.finish();
    };
    await expect(writeMuch()).rejects.toMatchObject({ code: 'EBADF' });
    await writer.settle();
    closeSync(fd);
  });
});
