import type { Random } from '@holdfast/base';

/** Repeatable chance. Dice of other labels are independent: what one is asked does not change what another tells. */
export class Dice implements Random {
  #state: number;

  constructor(seed: number, ...labels: readonly (string | number)[]) {
    let state = mix(seed >>> 0);
    for (const label of labels) {
      if (typeof label === 'number') state = mix(state ^ label);
      else for (let i = 0; i < label.length; i += 1) state = mix(state ^ label.charCodeAt(i));
    }
    this.#state = state;
  }

  /** 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state);
  }

  /** 0…`n`-1; 0 for no choice at all. */
  below(n: number): number {
    return n <= 1 ? 0 : this.next() % n;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 0x1_0000_0000;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to choose from');
    return one;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }
}

function mix(value: number): number {
  let state = Math.imul((value + 0x9e3779b9) ^ (value >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return (state ^ (state >>> 15)) >>> 0;
}
