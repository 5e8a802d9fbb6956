import type { Random } from '../random.ts';

/** Repeatable bytes from a seed (xorshift32). For tests only: predictable by design. */
export function seededRandom(seed: number): Random & { next(): number } {
  let state = seed >>> 0 || 0x9e3779b9;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  return { next, bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff) };
}
