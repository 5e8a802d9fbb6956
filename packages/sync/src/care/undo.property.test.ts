import { isWithin, namesOf, type TreePath } from '@holdfast/base';
import { seededRandom } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { caring } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import { RestlessUsers } from '../testing/restless-users.ts';
import type { UndoReport } from './pair-care.ts';

const seeds = [...Array.from({ length: 60 }, (_, at) => at + 1), 211];

type Tree = Record<TreePath, string | undefined>;

/** Everything that is somewhere: in the folder, on the server, or in the history. */
function everywhere(world: FakePair): Set<string> {
  const kept = world.folder.history.map(({ bytes }) => new TextDecoder().decode(bytes));
  const texts = [...Object.values(world.local()), ...Object.values(world.server()), ...kept];
  return new Set(texts.filter((text) => text !== undefined));
}

function files(tree: Tree): [TreePath, string][] {
  return Object.entries(tree).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]]));
}

/** Two days in a pair, of which the second one has come to the server alone, or to both sides. */
async function twoDays(seed: number, both: boolean): Promise<{ world: FakePair; users: RestlessUsers }> {
  const world = new FakePair();
  const random = seededRandom(seed);
  const users = new RestlessUsers(random, [world.remote.server, world.folder.disk]);
  for (let at = 0; at < 25; at += 1) users.act();
  await world.sync({ allowMassChange: true });
  await world.sync({ allowMassChange: true });
  for (let at = 0; at < 12; at += 1) users.act(both ? 2 : 1);
  return { world, users };
}

/** Places that something else has got in the run, which stays there. */
function takenPlaces(before: Tree, after: Tree, { left }: UndoReport): TreePath[] {
  const others = Object.keys(before).filter(
    (path) => path in after && (before[path] === undefined) !== (after[path] === undefined),
  );
  return [
    ...others,
    ...left.flatMap(({ path, reason }) => [path, /"(.+)" is taken/.exec(reason)?.[1] ?? path]),
  ];
}

describe.each(seeds)('undo of a random run, seed %i', (seed) => {
  it('brings the local tree back as it was before, but for what came new', async () => {
    const { world } = await twoDays(seed, false);
    using _ = world;
    const before = world.local();
    const { run } = await world.sync({ allowMassChange: true });
    const after = world.local();
    const planned = await caring(world, (care) => care.undo(run, { planOnly: true }));
    expect(world.local()).toEqual(after);
    const report = await caring(world, (care) => care.undo(run));
    expect(report).toEqual(planned);
    const back = world.local();
    const taken = takenPlaces(before, after, report);
    if (taken.length === 0) expect(report.left).toEqual([]);
    for (const [path, text] of Object.entries(before)) {
      if (taken.some((place) => isWithin(path, place))) continue;
      expect(Object.keys(back)).toContain(path);
      expect(back[path], path).toBe(text);
    }
    // What is there beside it has come from the server in that run.
    const more = Object.keys(back).filter((path) => !(path in before));
    for (const path of more) {
      const text = back[path];
      const known = [...Object.values(after), ...(taken.length === 0 ? [] : Object.values(before))];
      if (text !== undefined) expect(known).toContain(text);
    }
    await world.sync({ allowMassChange: true });
    expect(world.local()).toEqual(back);
    expect(world.server()).toEqual(back);
  });

  it('R1 R5 touches nothing that was changed since, and loses nothing', async () => {
    const { world, users } = await twoDays(seed, true);
    using _ = world;
    const { run } = await world.sync({ allowMassChange: true });
    const after = world.local();
    for (let at = 0; at < 6; at += 1) users.act();
    const since = world.local();
    const there = everywhere(world);
    const report = await caring(world, (care) => care.undo(run));
    const left = new Set(report.left.map(({ path }) => path));
    // A text that a person has written here since is still here.
    for (const [path, text] of files(since)) {
      if (!Object.values(after).includes(text)) expect(Object.values(world.local()), path).toContain(text);
    }
    expect([...everywhere(world)]).toEqual(expect.arrayContaining([...there]));
    for (const { path } of report.done) expect(left.has(path) && namesOf(path).length === 0).toBe(false);
    // And the undo itself is taken back: nothing that was here before it is missing here.
    const [undone] = await caring(world, (care) => care.runs(1));
    await caring(world, (care) => care.undo(undone?.run ?? 0));
    for (const [, text] of files(since)) expect(Object.values(world.local())).toContain(text);
    for (let at = 0; at < 3; at += 1) await world.sync({ allowMassChange: true });
    expect(world.server()).toEqual(world.local());
    for (const text of users.mustRemain()) expect([...everywhere(world)]).toContain(text);
    expect((await world.sync()).state).toBe('in-sync');
  });
});
