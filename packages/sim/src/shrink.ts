import type { SeedResult } from './seed.ts';

/** Runs a seed without some of its events. */
export type Attempt = (skip: ReadonlySet<number>) => Promise<SeedResult>;

/**
 * Leaves out events (what people do, faults, kills) while the same promise still fails: first in large pieces, then
 * one by one. Returns the events to leave out.
 */
export async function shrink(attempt: Attempt, maxAttempts = 400): Promise<ReadonlySet<number>> {
  const whole = await attempt(new Set());
  const kind = kindOf(whole);
  if (kind === undefined) return new Set();
  let skip: ReadonlySet<number> = new Set();
  let events = whole.events;
  let attempts = 0;
  for (let size = Math.ceil(events / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 1; from <= events && attempts < maxAttempts; from += size) {
      const piece = Array.from({ length: size }, (_, i) => from + i).filter((event) => !skip.has(event));
      if (piece.length === 0) continue;
      const more = new Set([...skip, ...piece]);
      attempts += 1;
      const result = await attempt(more);
      if (kindOf(result) !== kind) continue;
      skip = more;
      events = result.events;
    }
  }
  return skip;
}

function kindOf({ failures }: SeedResult): string | undefined {
  return failures[0]?.split(' ', 1)[0];
}
