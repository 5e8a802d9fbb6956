import {
  checkModel,
  ModelWorld,
  modelNames,
  modelPolicy,
  rememberModel,
  type UserAct,
  userActKinds,
} from '@holdfast/sync/testing';
import { Dice } from './dice.ts';
import type { SeedOptions, SeedResult } from './seed.ts';
import { Trace } from './trace.ts';

/**
 * Level 1: two trees that people change, the planner, and nothing else. What is planned is done in a random order,
 * until nothing is left; then R1, R2, R3 and R8 have to hold.
 */
export function runModelSeed(seed: number, options: SeedOptions = {}): SeedResult {
  const dice = new Dice(seed, 'model');
  const trace = new Trace(options.trace === true);
  const order = numbers(new Dice(seed, 'order'));
  const world = new ModelWorld(dice.chance(0.5));
  world.log = (line) => trace.add(line);
  const policy = { ...modelPolicy, folderEtags: dice.chance(0.5) };
  let events = 0;
  const people = (most: number, side?: UserAct['side']) => {
    for (let i = dice.below(most); i > 0; i -= 1) {
      events += 1;
      const act = actOf(new Dice(seed, 'act', events), side);
      if (options.skip?.has(events) === true) continue;
      trace.add(`${events}: ${act.side} ${act.kind} ${act.at} ${act.to} ${act.name}`);
      world.perform(act);
    }
  };
  const failures: string[] = [];
  try {
    people(20, dice.chance(0.7) ? 'local' : undefined);
    const first = rememberModel(world.model);
    let problems = world.converge(order, policy).problems;
    checkModel(world, { local: new Map(), remote: new Map() }, first, problems);
    for (let epoch = 1 + dice.below(3); epoch > 0; epoch -= 1) {
      const before = rememberModel(world.model);
      people(15);
      const after = rememberModel(world.model);
      problems += world.converge(order, policy).problems;
      checkModel(world, before, after, problems);
    }
  } catch (error) {
    failures.push(String(error instanceof Error ? error.message : error));
  }
  for (const side of ['local', 'remote'] as const) trace.add(JSON.stringify([...world.model[side].shown()]));
  return { hash: trace.hash, events, steps: 0, failures, lines: trace.lines };
}

function actOf(dice: Dice, side: UserAct['side'] | undefined): UserAct {
  return {
    side: side ?? dice.pick(['local', 'remote']),
    kind: dice.pick(userActKinds),
    at: dice.below(31),
    to: dice.below(31),
    name: dice.below(modelNames.length),
  };
}

function* numbers(dice: Dice): Generator<number> {
  for (;;) yield dice.next();
}
