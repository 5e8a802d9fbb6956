import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

const servers = [{ discovery: 'feed' }, { discovery: 'etag-walk' }, { discovery: 'listing' }] as const;

describe.each(servers)('ignored paths, with a $discovery server', ({ discovery }) => {
  it('are neither sent nor fetched, and the run is green with them named', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('.holdfastignore', '*.log\nbuild/\n');
    world.folder.disk.write('a.log', 'here');
    world.folder.disk.write('build/out.o', 'here');
    world.folder.disk.write('a.txt', 'a');
    world.folder.disk.write('x.tmp', 'here');
    world.remote.server.write('b.log', 'there');
    world.remote.server.write('src/build/lib.o', 'there');
    world.remote.server.write('src/b.txt', 'b');
    world.remote.server.write('Thumbs.db', 'there');
    const report = await world.sync();
    expect(report.state).toBe('changed');
    expect(report.problems).toEqual([]);
    expect(Object.keys(world.local())).toEqual(
      ['.holdfastignore', 'a.log', 'a.txt', 'build', 'build/out.o', 'src', 'src/b.txt', 'x.tmp'].sort(),
    );
    expect(Object.keys(world.server())).toEqual(
      [
        '.holdfastignore',
        'Thumbs.db',
        'a.txt',
        'b.log',
        'src',
        'src/b.txt',
        'src/build',
        'src/build/lib.o',
      ].sort(),
    );
    expect(report.skipped).toEqual(
      expect.arrayContaining([
        { path: 'a.log', reason: 'ignored', rule: '.holdfastignore line 1: *.log' },
        { path: 'build', reason: 'ignored', rule: '.holdfastignore line 2: build/' },
        { path: 'x.tmp', reason: 'ignored', rule: 'built in: *.tmp (a temporary file)' },
      ]),
    );
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('that were synced before stay on both sides, whatever happens to them, also when the rule goes again', async () => {
    using world = new FakePair({ discovery });
    for (const name of ['both', 'edited', 'gone-here', 'gone-there', 'deep/gone-here']) {
      world.folder.disk.write(`${name}.log`, name);
    }
    await world.sync();
    world.folder.disk.write('.holdfastignore', '*.log\n');
    expect((await world.sync()).state).toBe('changed');
    world.folder.disk.write('edited.log', 'edited here');
    world.folder.disk.remove('gone-here.log');
    world.folder.disk.remove('deep/gone-here.log');
    world.remote.server.remove('gone-there.log');
    expect((await world.sync()).problems).toEqual([]);
    expect(world.server()['gone-here.log']).toBe('gone-here');
    expect(world.server()['edited.log']).toBe('edited');
    expect(world.local()['gone-there.log']).toBe('gone-there');
    world.folder.disk.remove('.holdfastignore');
    expect((await world.sync()).problems).toEqual([]);
    expect(world.local()).toEqual(world.server());
    expect(world.local()).toMatchObject({
      'both.log': 'both',
      'edited.log': 'edited here',
      'gone-here.log': 'gone-here',
      'deep/gone-here.log': 'gone-here'.replace('gone', 'deep/gone'),
      'gone-there.log': 'gone-there',
    });
  });

  it('that lost a side in the same run as the rule came are not removed from the other', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('photos/a.jpg', 'a');
    world.folder.disk.write('stays.txt', 's');
    await world.sync();
    world.folder.disk.remove('photos');
    world.folder.disk.write('.holdfastignore', '/photos/\n');
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(world.server()['photos/a.jpg']).toBe('a');
    expect((await world.sync()).state).toBe('in-sync');
    world.folder.disk.remove('.holdfastignore');
    await world.sync();
    expect(world.local()['photos/a.jpg']).toBe('a');
  });

  it('R1 keep their folder here when it is removed on the server', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('project/a.txt', 'a');
    world.folder.disk.write('project/sub/x.tmp', 'mine');
    world.folder.disk.write('other.txt', 'o');
    await world.sync();
    world.remote.server.remove('project');
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(report.state).toBe('changed');
    expect(world.local()).toEqual({
      'other.txt': 'o',
      project: undefined,
      'project/sub': undefined,
      'project/sub/x.tmp': 'mine',
    });
    expect(world.server()).toEqual({ 'other.txt': 'o' });
    expect((await world.sync()).state).toBe('in-sync');
    world.folder.disk.write('project/sub/new.txt', 'n');
    await world.sync();
    expect(world.server()['project/sub/new.txt']).toBe('n');
  });

  it('R1 keep their folder on the server when it is removed here', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('project/a.txt', 'a');
    world.folder.disk.write('other.txt', 'o');
    world.remote.server.write('project/x.tmp', 'theirs');
    await world.sync();
    world.folder.disk.remove('project');
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(world.server()).toEqual({ 'other.txt': 'o', project: undefined, 'project/x.tmp': 'theirs' });
    expect((await world.sync()).state).toBe('in-sync');
    expect(world.local()).toEqual({ 'other.txt': 'o' });
  });

  it('follow rules that come from the server in the same run', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'a');
    await world.sync();
    world.folder.disk.write('secret.key', 'mine');
    world.folder.disk.write('sub/secret.key', 'mine');
    world.remote.server.write('theirs.key', 'theirs');
    world.remote.server.write('.holdfastignore', '*.key\n');
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(Object.keys(world.server()).filter((path) => path.endsWith('.key'))).toEqual(['theirs.key']);
    expect(world.local()['theirs.key']).toBeUndefined();
    world.remote.server.remove('.holdfastignore');
    await world.sync();
    expect(world.local()).toEqual(world.server());
    expect(world.local()['theirs.key']).toBe('theirs');
  });

  it('follow rules of any folder, the deepest first, and a rule cannot hide the rules', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('.holdfastignore', '*\n!*/\n!*.txt\n');
    world.folder.disk.write('sub/.holdfastignore', '!*.md\nprivate.txt\n!*.tmp\n');
    for (const path of ['a.md', 'a.txt', 'sub/a.md', 'sub/private.txt', 'sub/b.txt', 'sub/x.tmp', 'x.tmp']) {
      world.folder.disk.write(path, path);
    }
    await world.sync();
    expect(Object.keys(world.server())).toEqual(
      ['.holdfastignore', 'a.txt', 'sub', 'sub/.holdfastignore', 'sub/a.md', 'sub/b.txt', 'sub/x.tmp'].sort(),
    );
  });

  it('that something is renamed to have left the synced tree there, and lose nothing', async () => {
    using world = new FakePair({ discovery });
    for (const path of ['a.txt', 'b.txt', 'saved.txt', 'edited.txt', 'dir/x.txt', 'dir/sub/y.txt']) {
      world.folder.disk.write(path, path);
    }
    await world.sync();
    world.folder.disk.move('a.txt', 'a.tmp');
    world.remote.server.move('b.txt', 'b.tmp');
    world.remote.server.move('dir', 'dir.download');
    world.remote.server.move('edited.txt', 'edited.tmp');
    world.folder.disk.write('edited.txt', 'edited here');
    world.remote.server.move('saved.txt', 'saved.txt~');
    world.remote.server.write('saved.txt', 'saved anew');
    await world.sync();
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(report.conflicts).toEqual([]);
    expect(world.local()).toEqual({
      'a.tmp': 'a.txt',
      'edited.txt': 'edited here',
      'saved.txt': 'saved anew',
    });
    expect(world.server()).toEqual({
      'b.tmp': 'b.txt',
      'dir.download': undefined,
      'dir.download/sub': undefined,
      'dir.download/sub/y.txt': 'dir/sub/y.txt',
      'dir.download/x.txt': 'dir/x.txt',
      'edited.tmp': 'edited.txt',
      'edited.txt': 'edited here',
      'saved.txt': 'saved anew',
      'saved.txt~': 'saved.txt',
    });
    const texts = world.folder.history.map(({ bytes }) => new TextDecoder().decode(bytes));
    expect(texts).toEqual(expect.arrayContaining(['b.txt', 'dir/x.txt', 'dir/sub/y.txt', 'saved.txt']));
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('R10 with rules that cannot be used: a problem of that file, and the others go on', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('.holdfastignore', '*.log\n[a\n');
    world.folder.disk.write('a.log', 'a');
    world.folder.disk.write('a.txt', 'a');
    const report = await world.sync();
    expect(report.state).toBe('problems');
    expect(report.problems).toMatchObject([{ path: '.holdfastignore', code: 'ignore-rules-bad' }]);
    expect(report.problems[0]?.message).toContain('Line 2');
    expect(Object.keys(world.server())).toEqual(['.holdfastignore', 'a.txt']);
    world.folder.disk.write('.holdfastignore', '*.log\n');
    expect((await world.sync()).state).toBe('changed');
  });

  it('R4 are not guessed: where rules cannot be read, what is beside them is left alone', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('sub/old.txt', 'old');
    await world.sync();
    world.folder.disk.write('sub/.holdfastignore', '*.key\n');
    world.folder.disk.write('sub/secret.key', 'mine');
    world.folder.disk.remove('sub/old.txt');
    world.folder.disk.write('a.txt', 'a');
    for (const nth of [1, 2, 3]) {
      world.folder.faults.add({ method: 'read', nth, when: 'before', error: new AppError('local-denied') });
    }
    const report = await world.sync();
    expect(
      report.problems.some(({ path, code }) => path === 'sub/.holdfastignore' && code === 'local-unreadable'),
    ).toBe(true);
    expect(world.server()['sub/secret.key']).toBeUndefined();
    expect(world.server()['a.txt']).toBe('a');
  });

  it('are told of folders that might be left out, and node_modules is synced until a rule says otherwise', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('app/node_modules/x/node_modules/y/index.js', 'y');
    const report = await world.sync();
    expect(report.offers).toEqual(['app/node_modules']);
    expect(world.server()['app/node_modules/x/node_modules/y/index.js']).toBe('y');
    world.folder.disk.write('.holdfastignore', '!node_modules\n');
    expect((await world.sync()).offers).toEqual([]);
  });
});
