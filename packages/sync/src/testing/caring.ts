import type { Folder } from '@holdfast/localfs';
import { openCare } from '../care/open-care.ts';
import type { PairCare } from '../care/pair-care.ts';
import type { FakePair } from './fake-pair.ts';
import { folderStreams, intercept } from './intercept.ts';
import { Killed } from './kill-after.ts';

/** Carries out `work` with the care of a pair of which no engine is running. A second passes before. */
export async function caring<T>(world: FakePair, work: (care: PairCare) => Promise<T> | T): Promise<T> {
  world.clock.advance(1000);
  await using opened = await openCare(world.pair);
  return await work(opened.care);
}

/**
 * As `caring`, but the process is killed right after the effect of the `nth` call to the folder, before its answer is
 * known. Returns whether it came to that.
 */
export async function killCare(
  world: FakePair,
  nth: number,
  work: (care: PairCare) => Promise<unknown>,
): Promise<boolean> {
  world.clock.advance(1000);
  let left = nth;
  let restore: (() => void) | undefined;
  const folder = intercept(world.folder as Folder, folderStreams, async (_method, act) => {
    if (restore !== undefined) throw new Killed();
    const result = await act();
    left -= 1;
    if (left > 0) return result;
    restore = world.snapshot();
    throw new Killed();
  });
  try {
    await using opened = await openCare({ ...world.pair, folder });
    await work(opened.care);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  restore?.();
  return restore !== undefined;
}
