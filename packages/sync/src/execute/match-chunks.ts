import { hash } from 'node:crypto';
import type { ContentChunk } from '@holdfast/client';
import { ChunkCutter, chunkSizes } from '@holdfast/protocol';
import { ByteWindow } from './byte-window.ts';

/** A part of some bytes: one that is on the list, or another one. */
export type Match =
  | { readonly kind: 'listed'; readonly at: number; readonly chunk: ContentChunk }
  | { readonly kind: 'other'; readonly at: number; readonly bytes: Uint8Array };

/**
 * Finds the chunks of `list` in a stream of bytes, wherever they stand. Where the bytes go on as the list does, they
 * only have to be hashed; elsewhere they are cut by their content, as the chunks of the list were. The parts come in
 * order and without gaps.
 */
export async function* matchChunks(
  bytes: AsyncIterable<Uint8Array>,
  list: readonly ContentChunk[],
): AsyncGenerator<Match> {
  const places = new Map<string, number>();
  for (const [place, { sha256 }] of list.entries()) if (!places.has(sha256)) places.set(sha256, place);
  const cutter = new ChunkCutter();
  const window = new ByteWindow(bytes);
  let expected: number | undefined = 0;
  let at = 0;
  try {
    for (;;) {
      const chunk = expected === undefined ? undefined : list[expected];
      if (chunk !== undefined && (await startsWith(window, chunk))) {
        yield { kind: 'listed', at, chunk };
        window.skip(chunk.size);
        at += chunk.size;
        expected = (expected ?? 0) + 1;
        continue;
      }
      const ahead = await window.peek(chunkSizes.max);
      if (ahead.byteLength === 0) return;
      cutter.reset();
      const cut = cutter.next(ahead, 0);
      const part = cut < 0 ? ahead : ahead.subarray(0, cut);
      const place = places.get(hash('sha256', part, 'hex'));
      const known = place === undefined ? undefined : list[place];
      if (known?.size === part.byteLength) {
        yield { kind: 'listed', at, chunk: known };
        expected = (place ?? 0) + 1;
      } else {
        yield { kind: 'other', at, bytes: part };
        expected = undefined;
      }
      window.skip(part.byteLength);
      at += part.byteLength;
    }
  } finally {
    await window.close();
  }
}

/** Whether a list can be the one of `size` bytes: chunks of the agreed sizes, in order and without gaps. */
export function isListOf(list: readonly ContentChunk[], size: number): boolean {
  let at = 0;
  for (const chunk of list) {
    if (chunk.start !== at || chunk.size < 1 || chunk.size > chunkSizes.max) return false;
    at += chunk.size;
  }
  return at === size;
}

async function startsWith(window: ByteWindow, { size, sha256 }: ContentChunk): Promise<boolean> {
  const ahead = await window.peek(size);
  return ahead.byteLength === size && hash('sha256', ahead, 'hex') === sha256;
}
