import type { FakePair } from './fake-pair.ts';
import type { Around } from './intercept.ts';

/** What every call of a killed process ends with. */
export class Killed extends Error {}

/**
 * Kills the process right after the effect of the `nth` call of `method` (or of any), before its answer is known. What others
 * have done at the same time is done too; later calls never come through. Returns whether it came to that.
 */
export async function killAfter(world: FakePair, method: string | undefined, nth = 1): Promise<boolean> {
  let left = nth;
  let restore: (() => void) | undefined;
  const around: Around = async (called, act) => {
    if (restore !== undefined) throw new Killed();
    const result = await act();
    if (restore !== undefined) throw new Killed();
    if (method !== undefined && called !== method) return result;
    left -= 1;
    if (left > 0) return result;
    restore = world.snapshot();
    throw new Killed();
  };
  await world.syncAround(around, { allowMassChange: true });
  restore?.();
  return restore !== undefined;
}
