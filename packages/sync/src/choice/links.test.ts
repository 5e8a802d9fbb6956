import { describe, expect, it } from 'vitest';
import { syncOnce } from '../engine/open-engine.ts';
import { FakePair } from '../testing/fake-pair.ts';

/** Two clients of one node; the second one syncs links too, unless told otherwise. */
function clients() {
  const one = new FakePair();
  const two = new FakePair({ clock: one.clock, server: one.remote.server });
  return { one, two };
}

function sync(world: FakePair, links = true) {
  world.clock.advance(1000);
  return syncOnce({ ...world.pair, links });
}

const isLink = (world: FakePair, path: string) => world.folder.disk.find(path)?.link;

describe('symbolic links', () => {
  it('are links on our other clients, follow every change, and are never followed themselves', async () => {
    const { one, two } = clients();
    one.folder.disk.write('d/file.txt', 'text');
    one.folder.disk.write('d/link', 'file.txt', { link: true });
    one.folder.disk.write('up', 'd/link', { link: true });
    expect((await sync(one)).problems).toEqual([]);
    expect(one.remote.server.find('d/link')).toMatchObject({ link: true });
    expect((await sync(two)).problems).toEqual([]);
    expect(two.local()).toEqual(one.local());
    expect([isLink(two, 'd/link'), isLink(two, 'up'), isLink(two, 'd/file.txt')]).toEqual([
      true,
      true,
      false,
    ]);
    two.folder.disk.write('up', 'd/file.txt', { link: true });
    two.folder.disk.move('d/link', 'd/renamed');
    await sync(two);
    await sync(one);
    expect(one.local()).toEqual(two.local());
    expect([isLink(one, 'up'), isLink(one, 'd/renamed')]).toEqual([true, true]);
    // A file with the very bytes of the link, and back again.
    two.folder.disk.write('up', 'd/file.txt', { link: false });
    await sync(two);
    await sync(one);
    expect([one.folder.disk.read('up'), isLink(one, 'up')]).toEqual(['d/file.txt', false]);
    one.folder.disk.write('up', 'd/file.txt', { link: true });
    await sync(one);
    await sync(two);
    expect(isLink(two, 'up')).toBe(true);
    two.folder.disk.remove('up');
    await sync(two);
    expect((await sync(one)).problems).toEqual([]);
    expect(one.folder.disk.find('up')).toBeUndefined();
    for (const world of [one, two]) {
      expect((await sync(world)).state).toBe('in-sync');
      world[Symbol.dispose]();
    }
  });

  it('that lead out of the folder are not made, and a problem says so', async () => {
    const { one, two } = clients();
    const targets = { a: '/etc/passwd', b: '../outside', c: 'x/../../y', 'd/e': '../../z' };
    for (const [path, target] of Object.entries(targets))
      one.remote.server.write(path, target, { link: true });
    one.remote.server.write('good', 'd', { link: true });
    const report = await sync(two);
    expect(report.problems.map(({ path, code }) => [path, code])).toEqual(
      Object.keys(targets).map((path) => [path, 'link-outside']),
    );
    expect(report.problems[0]?.message).toContain('leads out of');
    expect(two.local()).toEqual({ d: undefined, good: 'd' });
    for (const world of [one, two]) world[Symbol.dispose]();
  });

  it('are told and left alone where they are not asked for, on both sides', async () => {
    const { one, two } = clients();
    one.folder.disk.write('link', 'file', { link: true });
    one.folder.disk.write('file', 'text');
    await sync(one);
    two.folder.disk.write('mine', 'file', { link: true });
    const report = await sync(two, false);
    expect(report).toMatchObject({ state: 'changed', problems: [] });
    expect(report.skipped).toEqual([
      { path: 'mine', reason: 'symlink' },
      { path: 'link', reason: 'symlink' },
    ]);
    expect(two.local()).toEqual({ file: 'text', mine: 'file' });
    expect(Object.keys(one.server())).toEqual(['file', 'link']);
    expect((await sync(two, false)).state).toBe('in-sync');
    // Asked for later, they come and go.
    expect((await sync(two)).problems).toEqual([]);
    expect(Object.keys(one.server())).toEqual(['file', 'link', 'mine']);
    expect(isLink(two, 'link')).toBe(true);
    for (const world of [one, two]) world[Symbol.dispose]();
  });

  it('are kept back where the server cannot hold them', async () => {
    using world = new FakePair({ discovery: 'etag-walk' });
    world.folder.disk.write('link', 'file', { link: true });
    world.folder.disk.write('file', 'text');
    const report = await sync(world);
    expect(report).toMatchObject({ state: 'changed', skipped: [{ path: 'link', reason: 'symlink' }] });
    expect(Object.keys(world.server())).toEqual(['file']);
  });

  it('R3 and files that are made at the same place at the same time are a conflict, and both are kept', async () => {
    const { one, two } = clients();
    one.folder.disk.write('x', 'same bytes', { link: true });
    two.folder.disk.write('x', 'same bytes');
    await sync(one);
    const report = await sync(two);
    expect(report.conflicts).toMatchObject([{ kind: 'edit-edit', path: 'x' }]);
    await sync(one);
    expect(one.local()).toEqual(two.local());
    expect(Object.values(one.local())).toEqual(['same bytes', 'same bytes']);
    expect(isLink(two, 'x')).toBe(true);
    for (const world of [one, two]) world[Symbol.dispose]();
  });
});
