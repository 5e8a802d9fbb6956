import fc from 'fast-check';
import { modelNames, type UserAct, userActKinds } from './model-world.ts';

/** Any act, on either side or the given one. */
export const userAct = (side?: UserAct['side']): fc.Arbitrary<UserAct> =>
  fc.record({
    side: side === undefined ? fc.constantFrom('local', 'remote') : fc.constant(side),
    kind: fc.constantFrom(...userActKinds),
    at: fc.nat(30),
    to: fc.nat(30),
    name: fc.nat(modelNames.length - 1),
  });
