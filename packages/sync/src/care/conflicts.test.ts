import { describe, expect, it } from 'vitest';
import { caring, killCare } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import type { OpenConflict } from './pair-care.ts';

function open(world: FakePair): Promise<readonly OpenConflict[]> {
  return caring(world, (care) => care.conflicts());
}

/** A pair of which these files were changed on both sides. */
async function disputed(...paths: string[]): Promise<FakePair> {
  const world = new FakePair();
  for (const path of paths) world.folder.disk.write(path, 'at first');
  await world.sync();
  for (const path of paths) world.folder.disk.write(path, `mine of ${path}`);
  for (const path of paths) world.remote.server.write(path, `theirs of ${path}, longer`);
  await world.sync();
  return world;
}

function history(world: FakePair): string[] {
  return world.folder.history.map(({ bytes }) => new TextDecoder().decode(bytes));
}

describe('open conflicts', () => {
  it('are kept with what is where, over restarts and quiet runs', async () => {
    using world = await disputed('d/a.txt', 'b');
    await world.sync();
    const conflicts = await open(world);
    expect(conflicts).toMatchObject([
      { kind: 'edit-edit', path: 'd/a.txt', run: 2 },
      { kind: 'edit-edit', path: 'b', run: 2 },
    ]);
    for (const { copy, path } of conflicts) expect(world.local()[copy ?? '']).toBe(`mine of ${path}`);
    expect(await caring(world, (care) => care.truth())).toMatchObject({ conflicts: 2, green: true });
  });

  it('mine: the copy takes the place of the other, which is in the history', async () => {
    using world = await disputed('d/a.txt', 'b');
    const [first, second] = await open(world);
    expect(await caring(world, (care) => care.decide([first?.id ?? 0], 'mine'))).toEqual([second]);
    expect(world.local()).toMatchObject({ 'd/a.txt': 'mine of d/a.txt', b: 'theirs of b, longer' });
    expect(world.local()[first?.copy ?? '']).toBeUndefined();
    expect(history(world)).toContain('theirs of d/a.txt, longer');
    await world.sync();
    expect(world.server()).toEqual(world.local());
    expect(await open(world)).toEqual([second]);
  });

  it('theirs: the copy goes to the history', async () => {
    using world = await disputed('a');
    const [conflict] = await open(world);
    expect(await caring(world, (care) => care.decide([conflict?.id ?? 0], 'theirs'))).toEqual([]);
    expect(world.local()).toEqual({ a: 'theirs of a, longer' });
    expect(history(world)).toContain('mine of a');
    await world.sync();
    expect(world.server()).toEqual(world.local());
  });

  it('both: nothing is changed, and it is settled; all are decided at once', async () => {
    using world = await disputed('a', 'b', 'c');
    const before = world.local();
    const ids = (await open(world)).map(({ id }) => id);
    expect(await caring(world, (care) => care.decide(ids, 'both'))).toEqual([]);
    expect(world.local()).toEqual(before);
    expect(await open(world)).toEqual([]);
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('are closed when the user has removed or renamed the copy', async () => {
    using world = await disputed('a', 'b', 'c');
    const [a, b, c] = await open(world);
    world.folder.disk.remove(a?.copy ?? '');
    world.folder.disk.move(b?.copy ?? '', 'kept by me');
    expect(await open(world)).toEqual([c]);
    await world.sync();
    expect(await open(world)).toEqual([c]);
  });

  it('stay open when their folder is moved, on either side, and can be decided there', async () => {
    using world = await disputed('d/e/a', 'f/b');
    world.remote.server.mkdir('x');
    world.remote.server.move('d', 'x/y');
    world.folder.disk.move('f', 'g');
    expect(await open(world)).toHaveLength(2);
    await world.sync();
    const conflicts = await open(world);
    expect(conflicts.map(({ path }) => path)).toEqual(['x/y/e/a', 'g/b']);
    for (const { copy } of conflicts) expect(world.local()[copy ?? '']).toMatch(/^mine/);
    await caring(world, (care) =>
      care.decide(
        conflicts.map(({ id }) => id),
        'mine',
      ),
    );
    expect(await open(world)).toEqual([]);
    expect(world.local()).toMatchObject({ 'x/y/e/a': 'mine of d/e/a', 'g/b': 'mine of f/b' });
  });

  it('are closed when the folder with both is removed', async () => {
    using world = await disputed('d/a', 'b');
    world.remote.server.remove('d');
    await world.sync({ allowMassChange: true });
    expect((await open(world)).map(({ path }) => path)).toEqual(['b']);
  });

  it('a decision can be undone', async () => {
    using world = await disputed('a', 'b');
    const before = world.local();
    const ids = (await open(world)).map(({ id }) => id);
    await caring(world, (care) => care.decide(ids, 'mine'));
    const [run] = await caring(world, (care) => care.runs(1));
    expect(run).toMatchObject({ kind: 'decide', summary: { keep: 'mine', decided: 2 } });
    expect(await caring(world, (care) => care.undo(run?.run ?? 0))).toMatchObject({ left: [] });
    expect(world.local()).toEqual(before);
  });

  it('mine: where the other was removed meanwhile, the copy gets its name', async () => {
    using world = await disputed('a');
    const [conflict] = await open(world);
    world.folder.disk.remove('a');
    await caring(world, (care) => care.decide([conflict?.id ?? 0], 'mine'));
    expect(world.local()).toEqual({ a: 'mine of a' });
  });

  it('R1 theirs is not let go for something that is not there', async () => {
    using world = await disputed('a', 'b');
    const [a, b] = await open(world);
    world.folder.disk.remove('a');
    world.folder.disk.remove('b');
    world.folder.disk.write('b/x', 'a folder now');
    const left = await caring(world, (care) => care.decide([a?.id ?? 0, b?.id ?? 0], 'theirs'));
    expect(left).toEqual([a, b]);
    expect(Object.values(world.local())).toContain('mine of a');
    expect(await caring(world, (care) => care.decide([b?.id ?? 0], 'mine'))).toEqual([a, b]);
  });

  it('unknown and repeated ids are no harm', async () => {
    using world = await disputed('a');
    const [conflict] = await open(world);
    const id = conflict?.id ?? 0;
    expect(await caring(world, (care) => care.decide([77, id, id, -1], 'mine'))).toEqual([]);
    expect(await caring(world, (care) => care.decide([id], 'theirs'))).toEqual([]);
    expect(world.local()).toEqual({ a: 'mine of a' });
  });

  it('R1 both versions are somewhere whenever deciding is interrupted', async () => {
    for (const keep of ['mine', 'theirs'] as const) {
      for (let nth = 1, killed = true; killed; nth += 1) {
        using world = await disputed('a');
        const ids = (await open(world)).map(({ id }) => id);
        killed = await killCare(world, nth, (care) => care.decide(ids, keep));
        const left = [...Object.values(world.local()), ...history(world)];
        expect(left).toEqual(expect.arrayContaining(['mine of a', 'theirs of a, longer']));
        const again = (await open(world)).map(({ id }) => id);
        await caring(world, (care) => care.decide(again, keep));
        expect(await open(world)).toEqual([]);
        expect(world.local()).toEqual({ a: keep === 'mine' ? 'mine of a' : 'theirs of a, longer' });
      }
    }
  });
});
