import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from './files.ts';
import { bodyOf, createTestFiles, type TestFiles } from './testing/index.ts';

let t: TestFiles;
let limited: Actor;
beforeEach(async () => {
  t = await createTestFiles();
  const ana = t.actor();
  for (const path of ['way', 'way/in', 'other']) await t.files.mkdir(ana, path);
  await t.files.write(ana, 'way/in/f', bodyOf('12345'));
  await t.files.write(ana, 'way/secret', bodyOf('1'));
  await t.files.write(ana, 'other/g', bodyOf('1'));
  limited = t.actor('ana', { within: [(await t.files.get(ana, 'way/in')).id] });
});
afterEach(() => t.close());

describe('S6 an actor limited to a folder', () => {
  it('sees the folder, and the way there as empty shells', async () => {
    expect((await t.files.list(limited, '')).children.map(({ path, size }) => [path, size])).toEqual([
      ['way', 0],
    ]);
    expect((await t.files.list(limited, '')).self.size).toBe(0);
    expect((await t.files.list(limited, 'way')).children.map(({ path, size }) => [path, size])).toEqual([
      ['way/in', 5],
    ]);
    expect((await t.files.list(limited, 'way/in')).children.map(({ path }) => path)).toEqual(['way/in/f']);
    for (const path of ['way/secret', 'other', 'other/g', 'no']) {
      expect(await t.files.find(limited, path)).toBeUndefined();
      await expect(t.files.list(limited, path)).rejects.toMatchObject({ code: 'not-found' });
      await expect(t.files.read(limited, path)).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('changes what is inside', async () => {
    await t.files.write(limited, 'way/in/new', bodyOf('x'));
    await t.files.mkdir(limited, 'way/in/d');
    await t.files.move(limited, 'way/in/new', 'way/in/d/new', { overwrite: false });
    await t.files.copy(limited, 'way/in/f', 'way/in/d/f', { overwrite: false, depth: '0' });
    await t.files.remove(limited, 'way/in/f');
  });

  it('changes nothing outside, whichever way', async () => {
    const before = (await t.files.changes(t.actor(), '', { depth: 'infinity' })).changes;
    const move = { overwrite: true };
    const copy = { overwrite: true, depth: 'infinity' } as const;
    const lock = { scope: 'exclusive', depth: '0', timeoutSeconds: 9 } as const;
    const attempts: [string, () => Promise<unknown>][] = [
      ['write into a shell', () => t.files.write(limited, 'way/new', bodyOf('x'))],
      ['write over what is hidden', () => t.files.write(limited, 'way/secret', bodyOf('x'))],
      ['write into a hidden folder', () => t.files.write(limited, 'other/new', bodyOf('x'))],
      ['write into the root', () => t.files.write(limited, 'new', bodyOf('x'))],
      ['make parents', () => t.files.write(limited, 'other/x/y', bodyOf('x'), { createParents: true })],
      ['make a folder', () => t.files.mkdir(limited, 'way/d')],
      ['make a hidden folder', () => t.files.mkdir(limited, 'other')],
      ['move out', () => t.files.move(limited, 'way/in/f', 'way/f', move)],
      ['move over what is hidden', () => t.files.move(limited, 'way/in/f', 'other/g', move)],
      ['move in', () => t.files.move(limited, 'other/g', 'way/in/g', move)],
      ['move the folder itself', () => t.files.move(limited, 'way/in', 'way/in2', move)],
      ['move a shell', () => t.files.move(limited, 'way', 'way/in/way', move)],
      ['copy out', () => t.files.copy(limited, 'way/in/f', 'other/f', copy)],
      ['copy in', () => t.files.copy(limited, 'other/g', 'way/in/g', copy)],
      ['copy a shell', () => t.files.copy(limited, 'way', 'way/in/way', copy)],
      ['remove a shell', () => t.files.remove(limited, 'way')],
      ['remove the folder itself', () => t.files.remove(limited, 'way/in')],
      ['remove what is hidden', () => t.files.remove(limited, 'other/g')],
      ['patch a shell', () => t.files.patch(limited, 'way', [], { favorite: true })],
      ['patch what is hidden', () => t.files.patch(limited, 'other', [], { favorite: true })],
      ['lock a shell', () => t.files.lock(limited, 'way', lock)],
      ['lock what is hidden', () => t.files.lock(limited, 'other/g', lock)],
      ['lock a new name', () => t.files.lock(limited, 'way/new', lock)],
    ];
    for (const [what, attempt] of attempts) {
      const code = await attempt().then(
        () => 'done',
        (error) => error.code,
      );
      expect(['forbidden', 'not-found', 'parent-missing'], what).toContain(code);
    }
    expect((await t.files.changes(t.actor(), '', { depth: 'infinity' })).changes).toEqual(before);
  });

  it('does not learn from conditions or locks what is hidden', async () => {
    const ana = t.actor();
    const secret = await t.files.get(ana, 'way/secret');
    await expect(
      t.files.write(limited, 'way/in/f', bodyOf('x'), {
        ifLists: [{ path: 'way/secret', conditions: [{ not: false, etag: secret.etag }] }],
      }),
    ).rejects.toMatchObject({ code: 'precondition-failed' });
    await t.files.lock(ana, 'way/secret', { scope: 'exclusive', depth: '0', timeoutSeconds: 100 });
    expect((await t.files.locks(limited, ['way/secret'])).size).toBe(0);
  });

  it('overwrites a single file it is limited to, and does not remove it', async () => {
    const { id } = await t.files.get(t.actor(), 'way/secret');
    const one = t.actor('ana', { within: [id] });
    await t.files.write(one, 'way/secret', bodyOf('new'));
    await expect(t.files.remove(one, 'way/secret')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('sees nothing through ids of another account, or of nothing', async () => {
    const { id } = await t.files.mkdir(t.actor('ben'), 'bens');
    for (const within of [[id], [999_999 as typeof id], []]) {
      const actor = t.actor('ana', { within });
      expect(await t.files.find(actor, 'way')).toBeUndefined();
      expect(await t.files.find(actor, 'bens')).toBeUndefined();
    }
  });
});

describe('S6 an actor without the right to read', () => {
  it('reads, lists and follows nothing', async () => {
    const blind = t.actor('ana', { read: false });
    for (const attempt of [
      t.files.get(blind, ''),
      t.files.find(blind, ''),
      t.files.list(blind, ''),
      t.files.read(blind, 'way/secret'),
      t.files.locks(blind, ['']),
      t.files.syncToken(blind),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});
