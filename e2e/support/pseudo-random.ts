import { createCipheriv } from 'node:crypto';

/** Repeatable numbers and bytes from a seed: AES in counter mode, so that gigabytes cost little. For tests only. */
export interface PseudoRandom {
  /** An integer from 0 to `below` - 1. */
  int(below: number): number;
  bytes(length: number): Buffer;
  pick<T>(list: readonly T[]): T;
}

/** Starts a repeatable sequence; the same seed gives the same sequence on every machine. */
export function pseudoRandom(seed: number | string): PseudoRandom {
  const key = Buffer.alloc(16);
  key.write(String(seed).slice(-16));
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const bytes = (length: number) => stream.update(Buffer.alloc(length));
  const int = (below: number) => bytes(6).readUIntBE(0, 6) % below;
  return {
    bytes,
    int,
    pick: (list) => {
      const chosen = list[int(list.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
  };
}
