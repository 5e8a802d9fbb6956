import { describe, expect, it } from 'vitest';
import { type ChoosingAct, ChoosingWorld } from '../testing/choosing-world.ts';
import type { UserAct } from '../testing/model-world.ts';

const act = (
  side: UserAct['side'],
  kind: UserAct['kind'],
  at: number,
  to: number,
  name: number,
): UserAct => ({
  ...{ side, kind, at, to, name },
});
const rules = (at: number): ChoosingAct => ({ kind: 'rules', at });

interface Epoch {
  readonly rules?: ChoosingAct;
  readonly acts: readonly UserAct[];
}

/** What the property has found; each ended without an end, or with something that waits for ever. */
const stories: readonly {
  readonly name: string;
  readonly start: readonly UserAct[];
  readonly epochs: readonly Epoch[];
}[] = [
  {
    name: 'a left out folder is renamed on the server to a name that is not left out, with something new in it',
    start: [act('local', 'mkdir', 0, 0, 4)],
    epochs: [
      { rules: rules(15), acts: [act('remote', 'create', 0, 9, 0), act('remote', 'rename', 0, 0, 0)] },
    ],
  },
  {
    name: 'two folders change names on the server as one of the names comes to be left out',
    start: [act('local', 'mkdir', 0, 0, 0), act('local', 'mkdir', 0, 0, 1)],
    epochs: [{ rules: rules(7), acts: [act('remote', 'swap', 0, 7, 0)] }],
  },
  {
    name: 'a file gets the name of a folder that is left out here',
    start: [],
    epochs: [
      { rules: rules(10), acts: [act('local', 'mkdir', 0, 0, 2)] },
      { acts: [act('local', 'create', 0, 0, 4)] },
      { acts: [act('remote', 'rename', 0, 0, 2)] },
    ],
  },
  {
    name: 'a file is moved to places that are left out on both sides',
    start: [act('local', 'mkdir', 0, 0, 1), act('local', 'create', 0, 0, 0)],
    epochs: [
      {
        rules: rules(21),
        acts: [
          act('remote', 'move', 0, 15, 0),
          act('local', 'remove', 0, 0, 0),
          act('local', 'rename', 0, 0, 1),
        ],
      },
    ],
  },
];

describe('R8 choices and rules come to an end', () => {
  it.each(stories)('when $name', ({ start, epochs }) => {
    const world = new ChoosingWorld(false);
    const order = [][Symbol.iterator]();
    for (const one of start) world.perform(one);
    world.converge(order, world.policy);
    let problems = 0;
    for (const epoch of epochs) {
      if (epoch.rules !== undefined) world.choose(epoch.rules);
      for (const one of epoch.acts) world.perform(one);
      problems += world.converge(order, world.policy).problems;
    }
    world.settle();
    if (problems === 0) expect(world.leftovers()).toEqual([]);
    expect(world.converge(order, world.policy).rounds).toBe(1);
  });
});
