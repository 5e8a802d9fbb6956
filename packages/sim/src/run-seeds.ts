import { type Level, Workshop } from './run-seed.ts';

/** A seed that fails. */
export interface Failing {
  readonly level: Level;
  readonly seed: number;
  readonly failures: readonly string[];
}

/** Which seeds one process runs: every `jobs`-th, from the `index`-th on. */
export interface Share {
  readonly levels: readonly Level[];
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number;
  readonly index: number;
}

/**
 * The level of the nth of many seeds. The lower levels are quicker, and find what they can find sooner: of 20 seeds
 * 12 are of the first, 7 of the second and one of the third.
 */
export function levelOf(levels: readonly Level[], nth: number): Level {
  const [only = 1] = levels;
  if (levels.length === 1) return only;
  const place = nth % 20;
  return place < 12 ? 1 : place < 19 ? 2 : 3;
}

/** Runs seeds, each twice, and tells of them as they come, some at a time. */
export async function runSeeds(
  { levels, seed, runs, jobs, index }: Share,
  onDone: (count: number, failed: readonly Failing[]) => void,
): Promise<void> {
  using shop = new Workshop();
  let count = 0;
  let failed: Failing[] = [];
  for (let nth = index; nth < runs; nth += jobs) {
    const level = levelOf(levels, nth);
    const { failures } = await shop.runTwice(level, seed + nth);
    count += 1;
    if (failures.length > 0) failed.push({ level, seed: seed + nth, failures });
    if (count < 50 && failed.length === 0 && nth + jobs < runs) continue;
    onDone(count, failed);
    count = 0;
    failed = [];
  }
}
