import { createHash } from 'node:crypto';
import { openRemote, type UploadSource } from '@holdfast/client';
import { expect, test } from 'vitest';
import { checkStore } from './support/check-store.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { startNode } from './support/start-node.ts';

const size = 120 * 1024 * 1024;
const piece = 1024 * 1024;

/** A file of pieces that differ, which says how much of it was read before `stopAfter` was called at `stopAt`. */
function bigFile(stopAt: number, stop: () => Promise<void>): UploadSource & { sent(): number } {
  let given = 0;
  let hash = createHash('sha256');
  let sha256: string | undefined;
  return {
    size,
    async *open() {
      given = 0;
      hash = createHash('sha256');
      for (let at = 0; at < size; at += piece) {
        const bytes = Buffer.alloc(piece, at / piece);
        hash.update(bytes);
        given += piece;
        if (given === size) sha256 = hash.digest('hex');
        yield bytes;
        if (given === stopAt) await stop();
      }
    },
    sha256: () => sha256,
    sent: () => given,
  };
}

const options = { ifAbsent: true, mtime: { s: 1_719_930_000, ns: 7 } } as const;

/** The bytes that the node took from the network for uploads: of what it is sent, all that is new to it. */
async function send(
  url: string,
  user: string,
  secret: string,
  source: UploadSource,
  signal?: AbortSignal,
): Promise<{ progress: number[]; etag: string }> {
  const remote = await openRemote({ url, user, secret: async () => secret });
  const progress: number[] = [];
  const entry = await remote.write('big', source, {
    ...options,
    ...(signal ? { signal } : {}),
    onProgress: (bytes) => progress.push(bytes),
  });
  return { progress, etag: entry.etag };
}

test('R7 an upload goes on where it was when the node was killed, or the client', async () => {
  await using world = await nodeWithAccount('resumed-upload');
  const { account, data } = world;
  const killed = bigFile(40 * piece, () => world.node.kill());
  await expect(send(world.node.url, account.name, account.token, killed)).rejects.toMatchObject({
    code: 'server-unreachable',
  });

  await using node = await startNode({ data });
  const stop = new AbortController();
  const stopped = bigFile(80 * piece, async () => stop.abort());
  await expect(send(node.url, account.name, account.token, stopped, stop.signal)).rejects.toThrow();

  const whole = bigFile(-1, async () => {});
  const { progress } = await send(node.url, account.name, account.token, whole);
  // The first number is what was there already.
  expect(progress[0]).toBeGreaterThan(50 * piece);
  expect(progress.reduce((a, b) => a + b, 0)).toBe(size);
  const remote = await openRemote({ url: node.url, user: account.name, secret: async () => account.token });
  const hash = createHash('sha256');
  for await (const bytes of (await remote.read('big')).body) hash.update(bytes);
  expect(hash.digest('hex')).toBe(whole.sha256?.());
  await node.kill();
  const check = await checkStore(data);
  expect(check.whole, check.text).toBe(true);
});
