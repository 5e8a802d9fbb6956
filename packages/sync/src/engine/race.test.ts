import { seededRandom } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import type { Around } from '../testing/intercept.ts';
import { RestlessUsers } from '../testing/restless-users.ts';

const worlds = Number(process.env.HOLDFAST_RACE_WORLDS ?? 15);
const firstSeed = Number(process.env.HOLDFAST_RACE_SEED ?? 1);

describe.each(['feed', 'etag-walk', 'listing'] as const)(
  'changes at any moment, with a %s server',
  (discovery) => {
    it('R1 R5 R8 two clients meet again and nothing is lost that nobody removed or replaced', async () => {
      for (let seed = firstSeed; seed < firstSeed + worlds; seed += 1) {
        const random = seededRandom(seed);
        using one = new FakePair({ discovery });
        using two = new FakePair({ discovery, clock: one.clock, server: one.remote.server });
        const users = new RestlessUsers(random, [one.folder.disk, two.folder.disk, one.remote.server]);
        // A server without folder etags cannot guard the removal of a folder against others at that very moment.
        const busyPlaces = discovery === 'listing' ? 2 : 3;
        const restless: Around = async (_method, act) => {
          if (users.oneIn(6)) users.act(busyPlaces);
          const result = await act();
          if (users.oneIn(12)) users.act(busyPlaces);
          return result;
        };
        for (let i = 0; i < 12; i += 1) users.act();
        for (let day = 0; day < 4; day += 1) {
          for (let i = 0; i < 3; i += 1) users.act();
          await one.syncAround(restless, { allowMassChange: true });
          await two.syncAround(restless, { allowMassChange: true });
        }
        for (let quiet = 0; quiet < 4; quiet += 1) {
          const reports = [
            await one.sync({ allowMassChange: true }),
            await two.sync({ allowMassChange: true }),
          ];
          for (const { problems, stop } of reports)
            expect({ seed, problems, stop }).toEqual({ seed, problems: [] });
        }
        const at = `seed ${seed}`;
        expect((await one.sync()).state, at).toBe('in-sync');
        expect((await two.sync()).state, at).toBe('in-sync');
        expect(one.local(), at).toEqual(one.server());
        expect(two.local(), at).toEqual(one.server());
        const contents = Object.values(one.server());
        for (const text of users.mustRemain()) expect(contents, at).toContain(text);
      }
    });
  },
);
