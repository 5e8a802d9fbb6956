import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor, TreeChange } from './files.ts';
import { bodyOf, createTestFiles, type TestFiles } from './testing/index.ts';

let t: TestFiles;
beforeEach(async () => {
  t = await createTestFiles();
  for (const path of ['a', 'a/b', 'c']) await t.files.mkdir(ana(), path);
  await t.files.write(ana(), 'a/b/f', bodyOf('12345'));
  await t.files.write(ana(), 'c/g', bodyOf('1'));
});
afterEach(() => t.close());
const ana = () => t.actor();
const show = (change: TreeChange) => (change.type === 'gone' ? `- ${change.path}` : `+ ${change.node.path}`);

/** Folders tell of themselves only what they are, not what changes below. */
const line = (change: TreeChange) =>
  change.type === 'present' && change.node.kind === 'file'
    ? `${change.node.path} ${change.node.size} ${change.node.etag}`
    : show(change);

type Options = Partial<Parameters<TestFiles['files']['changes']>[2]> & { path?: string; actor?: Actor };
const changes = async (since: string | undefined, { path = '', actor = ana(), ...options }: Options = {}) => {
  const page = await t.files.changes(actor, path, {
    depth: 'infinity',
    ...(since === undefined ? {} : { since }),
    ...options,
  });
  return page.changes.map(show);
};
const now = () => t.files.syncToken(ana());

describe('changes', () => {
  it('tells everything that is there to who starts', async () => {
    const page = await t.files.changes(ana(), '', { depth: 'infinity' });
    expect(page.changes.map(show)).toEqual(['+ a', '+ a/b', '+ c', '+ a/b/f', '+ c/g']);
    expect(page.truncated).toBe(false);
    expect(page.token).toBe(await now());
    expect(page.token).toMatch(/^urn:holdfast:sync:/);
    expect(await changes(undefined, { depth: '1' })).toEqual(['+ a', '+ c']);
    expect(await changes(undefined, { path: 'a' })).toEqual(['+ a/b', '+ a/b/f']);
    expect(await changes(page.token)).toEqual([]);
  });

  it('tells the last state of each node once', async () => {
    const token = await now();
    await t.files.write(ana(), 'a/b/f', bodyOf('x'));
    await t.files.write(ana(), 'new', bodyOf('x'));
    await t.files.write(ana(), 'a/b/f', bodyOf('y'));
    await t.files.patch(ana(), 'c/g', [], { mtime: { s: 1, ns: 2 } });
    await t.files.write(ana(), 'short-lived', bodyOf(''));
    await t.files.remove(ana(), 'short-lived');
    // Its maker knows it from its own request, and has to hear that it is gone.
    expect(await changes(token)).toEqual(['+ new', '+ a/b/f', '+ c/g', '- short-lived']);
  });

  it('tells removals with the path things had, a folder alone', async () => {
    const token = await now();
    await t.files.remove(ana(), 'a');
    await t.files.write(ana(), 'a', bodyOf('a file now'));
    expect(await changes(token)).toEqual(['- a', '+ a']);
  });

  it('R12 tells a move as one entry, by id', async () => {
    const token = await now();
    await t.files.move(ana(), 'a', 'z', { overwrite: false });
    await t.files.move(ana(), 'z', 'c/z', { overwrite: false });
    expect(await changes(token)).toEqual(['+ c/z']);
    expect(await changes(token, { expandMoves: true })).toEqual([
      '- a',
      '- z',
      '+ c/z',
      '+ c/z/b',
      '+ c/z/b/f',
    ]);
  });

  it('tells what came into and what left a folder', async () => {
    const token = await now();
    await t.files.move(ana(), 'a/b', 'c/b', { overwrite: false });
    expect(await changes(token, { path: 'a' })).toEqual(['- a/b']);
    expect(await changes(token, { path: 'c' })).toEqual(['+ c/b', '+ c/b/f']);
    expect(await changes(token, { path: 'c', depth: '1' })).toEqual(['+ c/b']);
    await t.files.remove(ana(), 'c/b');
    expect(await changes(token, { path: 'a' })).toEqual(['- a/b']);
    expect(await changes(token, { path: 'c' })).toEqual(['- c/b']);
  });

  it('R4 misses nothing that happened to a folder while it was elsewhere', async () => {
    const token = await now();
    await t.files.move(ana(), 'a/b', 'c/b', { overwrite: false });
    await t.files.remove(ana(), 'c/b/f');
    await t.files.move(ana(), 'c/b', 'a/b', { overwrite: false });
    expect(await changes(token, { path: 'a' })).toEqual(['- a/b', '+ a/b']);
  });

  it('R4 tells the removal of a file that had moved inside of a folder that was then removed', async () => {
    const token = await now();
    await t.files.move(ana(), 'c/g', 'a/b/g', { overwrite: false });
    await t.files.remove(ana(), 'a');
    expect(await changes(token)).toEqual(['- c/g', '- a']);
  });

  it('pages without missing or repeating, also while things change', async () => {
    for (let i = 0; i < 25; i++) await t.files.write(ana(), `c/n${i}`, bodyOf(`${i}`));
    const seen = new Map<string, string>();
    let since: string | undefined;
    for (let round = 0; ; round++) {
      const page = await t.files.changes(ana(), '', {
        depth: 'infinity',
        limit: 4,
        ...(since === undefined ? {} : { since }),
      });
      for (const change of page.changes) {
        if (change.type === 'gone') seen.delete(String(change.id));
        else seen.set(String(change.node.id), line(change));
      }
      since = page.token;
      if (!page.truncated) break;
      if (round < 5) {
        await t.files.write(ana(), `c/n${round}`, bodyOf('changed'));
        await t.files.remove(ana(), `c/n${10 + round}`);
        await t.files.write(ana(), `c/late${round}`, bodyOf('new'));
      }
    }
    const all = (await t.files.changes(ana(), '', { depth: 'infinity' })).changes;
    expect([...seen.values()].sort()).toEqual(all.map(line).sort());
  });

  it('tells a folder before what is in it, also when it was made or moved later', async () => {
    await t.files.write(ana(), 'a/b/new', bodyOf(''));
    await t.files.mkdir(ana(), 'late');
    await t.files.move(ana(), 'a', 'late/a', { overwrite: false });
    expect(await changes(undefined)).toEqual([
      '+ late',
      '+ late/a',
      '+ late/a/b',
      '+ c',
      '+ late/a/b/f',
      '+ c/g',
      '+ late/a/b/new',
    ]);
  });

  it.each([
    '',
    'noise',
    'urn:holdfast:sync:000000000000:1',
    'urn:holdfast:sync:x',
    'urn:holdfast:sync:EPOCH:99999',
    'urn:holdfast:sync:EPOCH:-1',
    'urn:holdfast:sync:EPOCH:1e3',
  ])('refuses the token "%s"', async (token) => {
    const since = token.replace('EPOCH', t.files.identity.epoch);
    await expect(t.files.changes(ana(), '', { depth: 'infinity', since })).rejects.toMatchObject({
      code: 'sync-token-invalid',
    });
  });

  it('has nothing to tell of a file, of nothing, or to who may not read', async () => {
    await expect(changes(undefined, { path: 'c/g' })).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(changes(undefined, { path: 'no' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(changes(undefined, { actor: t.actor('ana', { read: false }) })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('S6 tells a limited actor only of what is within, and of the way there', async () => {
    const { id } = await t.files.get(ana(), 'a/b');
    const actor = t.actor('ana', { within: [id] });
    expect(await changes(undefined, { actor })).toEqual(['+ a', '+ a/b', '+ a/b/f']);
    const token = await now();
    await t.files.write(ana(), 'c/secret', bodyOf('x'));
    await t.files.remove(ana(), 'c/g');
    await t.files.write(ana(), 'a/secret', bodyOf('x'));
    expect(await changes(token, { actor })).toEqual([]);
    await t.files.move(ana(), 'c', 'a/b/c', { overwrite: false });
    expect(await changes(token, { actor })).toEqual(['+ a/b/c', '+ a/b/c/secret']);
    await t.files.move(ana(), 'a/b/f', 'f', { overwrite: false });
    expect(await changes(token, { actor })).toContain('- a/b/f');
  });
});
