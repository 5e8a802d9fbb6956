import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lock } from './files.ts';
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

const lock = async (
  path: string,
  request: Partial<Parameters<TestFiles['files']['lock']>[2]> = {},
): Promise<Lock> =>
  (
    await t.files.lock(ana(), path, {
      scope: 'exclusive',
      depth: 'infinity',
      timeoutSeconds: 100,
      ...request,
    })
  ).lock;
const locked = (hrefs?: string[]) => ({
  code: 'locked',
  ...(hrefs === undefined ? {} : { details: { hrefs } }),
});

describe('lock', () => {
  it('guards a file against every change without its token (RFC 4918 §7)', async () => {
    const { token } = await lock('a/b/f');
    expect(token).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const changes = (guard: object) => [
      () => t.files.write(ana(), 'a/b/f', bodyOf('x'), guard),
      () => t.files.patch(ana(), 'a/b/f', [], { favorite: true }, guard),
      () => t.files.copy(ana(), 'c/g', 'a/b/f', { overwrite: true, depth: '0', ...guard }),
    ];
    for (const change of changes({})) await expect(change()).rejects.toMatchObject(locked(['a/b/f']));
    for (const path of ['a/b/f', 'a/b', 'a']) {
      await expect(t.files.remove(ana(), path)).rejects.toMatchObject(locked(['a/b/f']));
      await expect(t.files.move(ana(), path, 'z', { overwrite: false })).rejects.toMatchObject(
        locked(['a/b/f']),
      );
    }
    await expect(t.files.move(ana(), 'c', 'a', { overwrite: true })).rejects.toMatchObject(locked(['a/b/f']));
    await expect(
      t.files.write(ana(), 'a/b/f', bodyOf('x'), { lockTokens: ['urn:uuid:other'] }),
    ).rejects.toMatchObject(locked());
    expect((await t.files.write(ana(), 'a/b/f', bodyOf('x'), { lockTokens: [token] })).created).toBe(false);
    await t.files.copy(ana(), 'a/b/f', 'c/copy', { overwrite: false, depth: '0' });
    expect((await t.files.locks(ana(), ['c/copy'])).size).toBe(0);
    for (const change of changes({ lockTokens: [token] }).slice(0, 2)) await change();
  });

  it('guards what is in a folder: depth 0 its membership, depth infinity everything below', async () => {
    const shallow = await lock('a/b', { depth: '0' });
    await expect(t.files.write(ana(), 'a/b/new', bodyOf(''))).rejects.toMatchObject(locked(['a/b']));
    await expect(t.files.mkdir(ana(), 'a/b/new')).rejects.toMatchObject(locked(['a/b']));
    await expect(t.files.remove(ana(), 'a/b/f')).rejects.toMatchObject(locked(['a/b']));
    await expect(t.files.move(ana(), 'c/g', 'a/b/g', { overwrite: false })).rejects.toMatchObject(
      locked(['a/b']),
    );
    await t.files.write(ana(), 'a/b/f', bodyOf('content is not membership'));
    await t.files.mkdir(ana(), 'a/b/new', { lockTokens: [shallow.token] });
    await t.files.unlock(ana(), 'a/b', shallow.token);
    const deep = await lock('a');
    await expect(t.files.write(ana(), 'a/b/f', bodyOf(''))).rejects.toMatchObject(locked(['a']));
    await expect(t.files.write(ana(), 'a/b/new/x', bodyOf(''))).rejects.toMatchObject(locked(['a']));
    await t.files.write(ana(), 'a/b/new/x', bodyOf(''), { lockTokens: [deep.token] });
    expect((await t.files.locks(ana(), ['a', 'a/b/f', 'c/g'])).get('a/b/f')).toMatchObject([{ root: 'a' }]);
  });

  it('does not go along with MOVE, nor stay after DELETE', async () => {
    const { token } = await lock('a/b/f');
    await t.files.move(ana(), 'a/b/f', 'c/f', { overwrite: false, lockTokens: [token] });
    expect((await t.files.locks(ana(), ['c/f', 'a/b/f'])).size).toBe(0);
    const again = await lock('c/f');
    await t.files.remove(ana(), 'c/f', { lockTokens: [again.token] });
    await t.files.write(ana(), 'c/f', bodyOf('free'));
  });

  it('conflicts as RFC 4918 §6.1 says', async () => {
    const first = await lock('a/b/f', { scope: 'shared' });
    const second = await lock('a/b/f', { scope: 'shared' });
    await expect(lock('a/b/f')).rejects.toMatchObject(locked(['a/b/f']));
    await expect(lock('a')).rejects.toMatchObject(locked(['a/b/f']));
    await lock('a', { depth: '0' });
    await expect(t.files.write(ana(), 'a/b/f', bodyOf('x'))).rejects.toMatchObject(locked());
    await t.files.write(ana(), 'a/b/f', bodyOf('x'), { lockTokens: [second.token] });
    await t.files.unlock(ana(), 'a/b/f', first.token);
    await expect(lock('a/b/f')).rejects.toMatchObject(locked());
    await t.files.unlock(ana(), 'a/b/f', second.token);
    await lock('a/b/f');
    await expect(lock('a/b/f', { scope: 'shared' })).rejects.toMatchObject(locked());
  });

  it('makes an empty file of an unused name', async () => {
    const { lock: taken, created } = await t.files.lock(ana(), 'new', {
      scope: 'exclusive',
      depth: '0',
      timeoutSeconds: 10,
      owner: { ns: 'DAV:', name: 'owner', attributes: {}, children: [], text: 'ana' },
    });
    expect(created).toBe(true);
    expect(taken).toMatchObject({ root: 'new', owner: { text: 'ana' }, userId: 'ana', timeout: 10 });
    expect((await t.files.get(ana(), 'new')).size).toBe(0);
    await expect(lock('no/where')).rejects.toMatchObject({ code: 'parent-missing' });
    const folder = await lock('a', { depth: '0' });
    await expect(lock('a/new')).rejects.toMatchObject(locked(['a']));
    expect(await t.files.find(ana(), 'a/new')).toBeUndefined();
    await lock('a/new', { lockTokens: [folder.token] });
  });

  it('ends by the clock, and lives on when refreshed', async () => {
    const { token } = await lock('a/b/f', { timeoutSeconds: 100 });
    t.clock.advance(90_000);
    const refreshed = await t.files.refreshLock(ana(), 'a/b/f', { lockTokens: [token], timeoutSeconds: 200 });
    expect(refreshed).toMatchObject({ token, timeout: 200 });
    t.clock.advance(190_000);
    await expect(t.files.write(ana(), 'a/b/f', bodyOf('x'))).rejects.toMatchObject(locked());
    t.clock.advance(10_000);
    await t.files.write(ana(), 'a/b/f', bodyOf('x'));
    await expect(
      t.files.refreshLock(ana(), 'a/b/f', { lockTokens: [token], timeoutSeconds: 200 }),
    ).rejects.toMatchObject({ code: 'precondition-failed' });
    await expect(t.files.unlock(ana(), 'a/b/f', token)).rejects.toMatchObject({
      code: 'lock-token-mismatch',
    });
  });

  it('is given up by its token where it holds, and nowhere else', async () => {
    const { token } = await lock('a');
    await expect(t.files.unlock(ana(), 'c', token)).rejects.toMatchObject({ code: 'lock-token-mismatch' });
    await expect(t.files.unlock(ana(), 'a', 'urn:uuid:other')).rejects.toMatchObject({
      code: 'lock-token-mismatch',
    });
    await t.files.unlock(ana(), 'a/b/f', token);
    expect((await t.files.locks(ana(), ['a'])).size).toBe(0);
  });

  it('S21 is not taken a thousand times over', async () => {
    const few = await createTestFiles({ limits: { locks: 2 } });
    const request = { scope: 'shared', depth: '0', timeoutSeconds: 100 } as const;
    for (const path of ['a', 'b']) await few.files.lock(ana(), path, request);
    await expect(few.files.lock(ana(), 'c', request)).rejects.toMatchObject({ code: 'too-many-requests' });
    expect(await few.files.find(ana(), 'c')).toBeUndefined();
    few.clock.advance(100_000);
    await few.files.lock(ana(), 'c', request);
    await few.close();
  });

  it('needs the right to write, and is bounded in time', async () => {
    await expect(
      t.files.lock(t.actor('ana', { write: false }), 'a', { scope: 'shared', depth: '0', timeoutSeconds: 1 }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect((await lock('a', { timeoutSeconds: 1e12 })).timeout).toBe(86_400);
  });
});

describe('If (RFC 4918 §10.4)', () => {
  const write = (
    ifLists: NonNullable<Parameters<TestFiles['files']['write']>[3]>['ifLists'],
    extra: object = {},
  ) => t.files.write(ana(), 'a/b/f', bodyOf('x'), { ...(ifLists && { ifLists }), ...extra });
  const path = 'a/b/f';

  it('holds when any list holds', async () => {
    const { etag } = await t.files.get(ana(), path);
    await expect(write([{ path, conditions: [{ not: false, etag: 'no' }] }])).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await expect(
      write([
        {
          path,
          conditions: [
            { not: false, etag },
            { not: true, etag },
          ],
        },
      ]),
    ).rejects.toMatchObject({ code: 'precondition-failed' });
    await write([
      { path, conditions: [{ not: false, etag: 'no' }] },
      { path: 'c/g', conditions: [{ not: true, etag: 'no' }] },
    ]);
  });

  it('never matches DAV:no-lock', async () => {
    await expect(write([{ path, conditions: [{ not: false, token: 'DAV:no-lock' }] }])).rejects.toMatchObject(
      { code: 'precondition-failed' },
    );
    await write([{ path, conditions: [{ not: true, token: 'DAV:no-lock' }] }]);
  });

  it('matches tokens of live locks that hold there, and counts every token as submitted', async () => {
    const { token } = await lock('a');
    await write([{ path, conditions: [{ not: false, token }] }]);
    await expect(write([{ path: 'c/g', conditions: [{ not: false, token }] }])).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await write([
      { path: 'c/g', conditions: [{ not: false, token }] },
      { path, conditions: [{ not: true, token: 'DAV:no-lock' }] },
    ]);
    await expect(write([{ path, conditions: [{ not: true, token: 'DAV:no-lock' }] }])).rejects.toMatchObject(
      locked(),
    );
    t.clock.advance(101_000);
    await expect(write([{ path, conditions: [{ not: false, token }] }])).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });

  it('matches a sync token while nothing has changed below (RFC 6578 §5)', async () => {
    const token = await t.files.syncToken(ana());
    const guard = [{ path: 'a', conditions: [{ not: false, token }] }];
    await write(guard);
    await expect(write(guard)).rejects.toMatchObject({ code: 'precondition-failed' });
  });
});
