import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClientPair, clientPair } from './support/client-pair.ts';
import { compareTrees } from './support/compare-trees.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { killGroup } from './support/run-command.ts';
import { syncOnce, trySync } from './support/sync-client.ts';
import { waitUntil } from './support/wait-until.ts';

const mebibyte = 2 ** 20;

function expectSame({ a, b }: ClientPair): void {
  expect(compareTrees(a.local, b.local)).toEqual([]);
}

/** Bytes of bodies and requests of one method, of what `act` does. */
async function counted(pair: ClientPair, act: () => Promise<unknown>) {
  pair.proxy.reset();
  await act();
  const { up, down, methods } = pair.proxy.counts;
  return { up, down, times: (method: string) => methods.get(method) ?? 0 };
}

async function writeRandom(path: string, size: number, seed: string): Promise<void> {
  const random = pseudoRandom(seed);
  const file = await open(path, 'w');
  for (let at = 0; at < size; at += mebibyte) await file.write(random.bytes(mebibyte));
  await file.close();
}

test('many small files go up and come down in a handful of requests', async () => {
  await using pair = await clientPair('batches');
  const { a, b } = pair;
  await mkdir(join(a.local, 'd'));
  for (let n = 0; n < 300; n += 1) await writeFile(join(a.local, 'd', `f${n}`), `content ${n}`.repeat(n));
  const up = await counted(pair, () => syncOnce(a));
  expect(up.times('PUT')).toBe(0);
  expect(up.times('POST')).toBeLessThan(8);
  const down = await counted(pair, () => syncOnce(b));
  expect(down.times('GET')).toBeLessThan(6);
  expect(down.times('POST')).toBeLessThan(8);
  expectSame(pair);
});

test('of a large file that has changed a little only that goes up and comes down; a copy of it costs nothing', async () => {
  await using pair = await clientPair('deltas');
  const { a, b } = pair;
  const path = join(a.local, 'large');
  await writeRandom(path, 32 * mebibyte, 'deltas');
  await pair.meet();
  const file = await open(path, 'r+');
  await file.write(Buffer.from('changed'), 0, 7, 20 * mebibyte);
  await file.close();
  const up = await counted(pair, () => syncOnce(a));
  expect(up.up).toBeLessThan(mebibyte);
  expect(up.down).toBeLessThan(mebibyte);
  const down = await counted(pair, () => syncOnce(b));
  expect(down.down).toBeLessThan(mebibyte);
  expectSame(pair);

  await copyFile(path, join(a.local, 'copy'));
  const copied = await counted(pair, () => syncOnce(a));
  expect(copied.times('COPY')).toBe(1);
  expect(copied.up + copied.down).toBeLessThan(64 * 1024);
  const fetched = await counted(pair, () => syncOnce(b));
  expect(fetched.up + fetched.down).toBeLessThan(64 * 1024);
  expectSame(pair);
});

test('R7 a large download goes on where it was when the client was killed', async () => {
  await using pair = await clientPair('resumed-download');
  const { a, b } = pair;
  const size = 160 * mebibyte;
  await writeRandom(join(a.local, 'large'), size, 'resumed download');
  await syncOnce(a);
  let pid = 0;
  const partial = join(b.local, '.holdfast-stage-partial');
  const killed = trySync(b, [], {
    onStart: (started) => {
      pid = started;
    },
  });
  const had = await waitUntil('a part of the file', () => {
    const names = existsSync(partial) ? readdirSync(partial) : [];
    const [size = 0] = names.map((name) => statSync(join(partial, name)).size);
    return size > 16 * mebibyte && size;
  });
  killGroup(pid, 'SIGKILL');
  await killed;
  expect(await readdir(b.local)).toEqual(['.holdfast-stage-partial']);
  const { down } = await counted(pair, () => syncOnce(b));
  expect(down).toBeLessThan(size - had + mebibyte);
  expect(await readdir(b.local)).toEqual(['large']);
  expectSame(pair);
});
