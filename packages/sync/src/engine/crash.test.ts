import { describe, expect, it } from 'vitest';
import { busyDay, mustBeGone, mustRemain } from '../testing/busy-day.ts';
import { FakePair } from '../testing/fake-pair.ts';
import type { Around } from '../testing/intercept.ts';

class Killed extends Error {}

/** Ends everything at the `nth` call, before or after its effect; later calls never come through. */
function killAt(world: FakePair, nth: number, when: 'before' | 'after') {
  let calls = 0;
  let restore: (() => void) | undefined;
  const die = () => {
    restore ??= world.snapshot();
    throw new Killed();
  };
  const around: Around = async (_method, act) => {
    calls += 1;
    const mine = calls;
    if (restore !== undefined) throw new Killed();
    if (mine === nth && when === 'before') die();
    const result = await act();
    if (restore !== undefined) throw new Killed();
    if (mine === nth && when === 'after') die();
    return result;
  };
  return { around, restore: () => restore?.(), killed: () => restore !== undefined };
}

describe.each(['feed', 'etag-walk', 'listing'] as const)(
  'killed at any call, with a %s server',
  (discovery) => {
    it('R7 R1 a restart converges, nothing is lost and nothing comes back', async () => {
      for (const when of ['before', 'after'] as const) {
        for (let nth = 1; ; nth += discovery === 'feed' ? 1 : 3) {
          using world = new FakePair({ discovery });
          await busyDay(world);
          const kill = killAt(world, nth, when);
          await world.syncAround(kill.around, { allowMassChange: true });
          if (!kill.killed()) {
            expect(nth).toBeGreaterThan(20);
            break;
          }
          kill.restore();
          const report = await world.sync({ allowMassChange: true });
          const at = `killed ${when} call ${nth}`;
          expect(report.problems, at).toEqual([]);
          expect(report.state, at).toMatch(/changed|in-sync/);
          expect(world.local(), at).toEqual(world.server());
          const contents = Object.values(world.local()).filter((text) => text !== undefined);
          expect([...contents].sort(), at).toEqual([...mustRemain].sort());
          for (const text of mustBeGone) expect(contents, at).not.toContain(text);
          expect((await world.sync()).state, at).toBe('in-sync');
        }
      }
    });
  },
);
