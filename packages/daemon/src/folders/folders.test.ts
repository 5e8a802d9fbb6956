import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';
import type { FolderEvent } from '@holdfast/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderWorld } from '../testing/folder-world.ts';

let world: FolderWorld;

beforeEach(() => {
  world = new FolderWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

const patience = { timeout: 20_000 };
const stateOf = (name: string) => async () => (await world.status(name))?.state;
const inSync = (name: string) => expect.poll(stateOf(name), patience).toBe('in-sync');
const tree = (url: string) => Object.keys(Object.fromEntries(world.server(url).server.tree()));

describe('the folders of a computer', () => {
  it('are kept in sync side by side, with one token for each account', async () => {
    world.open({ start: true });
    writeFileSync(join(world.local('A'), 'a.txt'), 'a');
    await world.add('A', 'https://one/a');
    await world.add('B', 'https://one/b', { token: undefined });
    await world.add('C', 'https://two/');
    for (const name of ['A', 'B', 'C']) await inSync(name);
    expect(await world.status('A')).toMatchObject({ green: true, files: 1, greenAt: expect.any(Number) });
    await expect.poll(async () => (await world.status('A'))?.watching, patience).toBe(true);
    expect(tree('https://one/a')).toContain('a.txt');
    writeFileSync(join(world.local('B'), 'b.txt'), 'b');
    await world.ask('folder.wake', {});
    await expect.poll(() => tree('https://one/b'), patience).toContain('b.txt');
    expect(new Set(world.tokens)).toEqual(new Set(['token of https://one/a', 'token of https://two/']));
    expect(world.keychain.secrets.size).toBe(2);
    const { accounts } = await world.ask('account.list', {});
    expect(accounts.map(({ account, folders }) => [account, folders])).toEqual([
      ['ana@one', ['A', 'B']],
      ['ana@two', ['C']],
    ]);
  });

  it('S6 tell a token to nobody: not in settings, answers, errors or events', async () => {
    world.open({ start: true });
    const events: FolderEvent[] = [];
    const leave = world.follow(events);
    await world.add('A', 'https://one/', { token: 'hf_secret' });
    await inSync('A');
    leave();
    const told = [
      readFileSync(join(world.root, 'state', 'settings.json'), 'utf8'),
      JSON.stringify(await world.ask('folder.status', {})),
      JSON.stringify(await world.ask('account.list', {})),
      JSON.stringify(events),
    ];
    for (const text of told) expect(text).not.toContain('hf_secret');
    expect(events.length).toBeGreaterThan(2);
  });

  it('do not stop one another: a server that is away, a folder that is gone, a refused token', async () => {
    world.open({ start: true });
    world.failures.set('https://away/', new AppError('server-unreachable'));
    world.failures.set('https://refused/', new AppError('not-signed-in'));
    await world.add('Away', 'https://away/');
    await world.add('Refused', 'https://refused/');
    const gone = await world.add('Gone', 'https://gone/');
    writeFileSync(join(gone, 'kept'), 'x');
    await world.add('Well', 'https://well/');
    await inSync('Gone');
    renameSync(gone, `${gone} away`);
    await world.ask('folder.sync', { folder: 'Gone' });
    await inSync('Well');
    await expect.poll(stateOf('Away'), patience).toBe('offline');
    await expect.poll(stateOf('Refused'), patience).toBe('attention');
    await expect.poll(stateOf('Gone'), patience).toBe('attention');
    const refused = await world.status('Refused');
    expect(refused).toMatchObject({ code: 'not-signed-in', green: false, nextTry: expect.any(Number) });
    expect(refused?.message).toContain('holdfast account token ana@refused');
    expect(tree('https://gone/')).toContain('kept');
    renameSync(`${gone} away`, gone);
    world.failures.clear();
    await world.ask('folder.wake', {});
    for (const name of ['Away', 'Refused', 'Gone', 'Well']) await inSync(name);
  });

  it('answer for a folder whose server says nothing, and stop at once', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    writeFileSync(join(local, 'a'), 'x');
    await world.ask('folder.sync', { folder: 'A' });
    await world.close();
    world.silent.add('https://one/');
    world.open({ start: true });
    await expect.poll(stateOf('A'), patience).toBe('starting');
    expect(await world.ask('file.why', { path: join(local, 'a') })).toMatchObject({ path: 'a' });
    expect(await world.status('A')).toMatchObject({ files: 1, green: false });
    const started = performance.now();
    await world.close();
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('R15 ask a person before much is removed, and go on after a yes', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    for (let n = 0; n < 40; n++) writeFileSync(join(local, `file ${n}`), String(n));
    await world.ask('folder.sync', { folder: 'A' });
    await inSync('A');
    for (let n = 0; n < 30; n++) rmSync(join(local, `file ${n}`));
    await world.ask('folder.sync', { folder: 'A' });
    await expect.poll(stateOf('A'), patience).toBe('attention');
    const status = await world.status('A');
    expect(status).toMatchObject({ code: 'mass-change', message: expect.stringContaining('folder sync A') });
    expect(tree('https://one/')).toHaveLength(40);
    const { runs: plans } = await world.ask('folder.sync', { planOnly: true, allowMassChange: true });
    expect(plans[0]?.report.plan?.stepCount).toBe(30);
    const { runs } = await world.ask('folder.sync', { allowMassChange: true });
    expect(runs[0]?.report.counts.deletedRemote).toBe(30);
    await inSync('A');
    expect(tree('https://one/')).toHaveLength(10);
  });

  it('R4 stop at a server that was restored, and make the union after a yes', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    writeFileSync(join(local, 'kept'), 'x');
    await world.ask('folder.sync', { folder: 'A' });
    await world.close();
    const { server } = world.server('https://one/');
    server.epoch = 'another';
    world.open({ start: true });
    await expect.poll(stateOf('A'), patience).toBe('attention');
    expect((await world.status('A'))?.message).toContain('folder sync A --accept-new-server');
    await world.ask('folder.sync', { acceptNewServer: true });
    await inSync('A');
    expect(readdirSync(local)).toEqual(['kept']);
  });

  it('R17 wait for a locked keychain with a state of their own, over a restart too, and go on', async () => {
    world.open({ start: true });
    await world.add('A', 'https://one/');
    await inSync('A');
    await world.close();
    world.keychain.now = 'locked';
    world.open({ start: true });
    await expect.poll(stateOf('A'), patience).toBe('keychain');
    expect(await world.status('A')).toMatchObject({ code: 'keychain-locked', green: false, files: 0 });
    world.keychain.now = 'ready';
    await world.ask('folder.wake', {});
    await inSync('A');
  });

  it('say when a token is missing, and take a new one', async () => {
    world.open({ start: true });
    await world.add('A', 'https://one/');
    await inSync('A');
    await world.close();
    world.keychain.secrets.clear();
    world.open({ start: true });
    await expect.poll(stateOf('A'), patience).toBe('attention');
    expect((await world.status('A'))?.code).toBe('token-missing');
    await world.ask('account.token', { account: 'ana@one', token: 'new', tokenStore: 'file' });
    await inSync('A');
    expect(world.tokens.at(-1)).toBe('new');
    expect(world.keychain.secrets.size).toBe(0);
  });

  it('R17 keep nothing of a folder whose token cannot be kept', async () => {
    world.open({ start: true });
    world.keychain.now = 'missing';
    await expect(world.add('A', 'https://one/')).rejects.toMatchObject({ code: 'keychain-missing' });
    expect(await world.ask('folder.list', {})).toEqual({ folders: [] });
    await world.add('A', 'https://one/', { tokenStore: 'file' });
    await inSync('A');
  });
});

describe('pausing', () => {
  it('holds over a restart, ends by itself or by resuming, and lets a person sync meanwhile', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    await inSync('A');
    await world.ask('folder.pause', { folder: 'A' });
    await expect.poll(stateOf('A'), patience).toBe('paused');
    await world.close();
    world.open({ start: true });
    writeFileSync(join(local, 'later'), 'x');
    await expect.poll(stateOf('A'), patience).toBe('paused');
    const { runs } = await world.ask('folder.sync', { folder: 'A' });
    expect(runs[0]?.report).toMatchObject({ state: 'changed', counts: { uploaded: 1 } });
    expect(await stateOf('A')()).toBe('paused');
    await world.ask('folder.resume', { folder: 'A' });
    await inSync('A');
    const { until } = await world.ask('folder.pause', { all: true, forMs: 300 });
    expect(until).toBeGreaterThan(Date.now() - 1000);
    await inSync('A');
  });

  it('comes with the battery only where a person wants it', async () => {
    world.open({ start: true });
    await world.add('A', 'https://one/');
    await inSync('A');
    await world.ask('power', { onBattery: true });
    expect(await stateOf('A')()).toBe('in-sync');
    await world.ask('power', { battery: 'pause' });
    await expect.poll(stateOf('A'), patience).toBe('paused');
    expect((await world.status('A'))?.paused).toEqual({ by: 'battery' });
    await world.ask('power', { onBattery: false });
    await inSync('A');
  });
});

describe('adding and removing', () => {
  it('a plan tells what would be done and leaves nothing behind', async () => {
    world.open();
    const url = 'https://one/';
    writeFileSync(join(world.local('A'), 'mine'), '12345');
    const request = { local: world.local('A'), url, user: 'ana', token: 't' };
    const { plan } = await world.ask('folder.plan', request);
    expect(plan).toMatchObject({ stepCount: 1, groups: [{ count: 1, noun: 'file', bytes: 5 }], replaced: 0 });
    expect(plan.steps[0]?.sentence).toContain('mine');
    expect(tree(url)).not.toContain('mine');
    expect(readdirSync(join(world.root, 'state'))).not.toContain('settings.json');
    expect(
      existsSync(join(world.root, 'state', 'sync')) && readdirSync(join(world.root, 'state', 'sync')),
    ).toEqual([]);
    await expect(world.ask('folder.plan', { ...request, token: undefined })).rejects.toMatchObject({
      code: 'token-missing',
    });
  });

  it('refuses the same folder twice, and a name twice', async () => {
    world.open();
    await world.add('A', 'https://one/');
    await expect(world.add('A', 'https://two/')).rejects.toMatchObject({ code: 'already-synced' });
    await expect(world.add('B', 'https://two/', { name: 'A' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    mkdirSync(join(world.root, 'home', 'x', 'A'), { recursive: true });
    await world.add('x/A', 'https://three/');
    const { folders } = await world.ask('folder.list', {});
    expect(folders.map(({ name }) => name)).toEqual(['A', 'A 2']);
  });

  it('removing keeps the files, and forgets an account that nobody uses any more', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/a');
    await world.add('B', 'https://one/b');
    writeFileSync(join(local, 'x'), 'x');
    for (const name of ['A', 'B']) await inSync(name);
    await world.ask('folder.remove', { folder: 'B' });
    expect(world.keychain.secrets.size).toBe(1);
    await world.ask('folder.remove', { folder: local, forget: true });
    expect(world.keychain.secrets.size).toBe(0);
    expect(readdirSync(local)).toEqual(['x']);
    expect(readdirSync(join(world.root, 'state', 'sync'))).toHaveLength(1);
    expect(await world.ask('account.list', {})).toEqual({ accounts: [] });
    await expect(world.ask('folder.remove', { folder: 'A' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('questions about files', () => {
  it.each([true, false])('are answered from anywhere, running: %s', async (start) => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    await world.add('B', 'https://two/');
    writeFileSync(join(local, 'a.txt'), 'one');
    await world.ask('folder.sync', { folder: 'A' });
    world.server('https://one/').server.write('a.txt', Buffer.from('two two'));
    await world.ask('folder.sync', { folder: 'A' });
    await world.close();
    world.open({ start });
    const path = join(local, 'a.txt');
    expect(await world.ask('file.why', { path })).toMatchObject({
      folder: 'A',
      path: 'a.txt',
      state: 'equal',
    });
    const { versions, decisions } = await world.ask('file.history', { path });
    expect(versions).toEqual([expect.objectContaining({ number: 1, size: 3 })]);
    expect(decisions.length).toBeGreaterThan(1);
    await world.ask('file.restore', { path, version: 1 });
    expect(readFileSync(path, 'utf8')).toBe('one');
    await expect(world.ask('file.restore', { path, version: 9 })).rejects.toMatchObject({
      code: 'not-found',
    });
    const { runs } = await world.ask('run.list', { folder: 'A' });
    const last = runs.find(({ summary }) => JSON.stringify(summary).includes('"downloaded":1'));
    const undo = await world.ask('run.undo', { folder: 'A', run: last?.run ?? 0, planOnly: true });
    expect(undo.run).toBe(last?.run);
    expect(await world.ask('conflict.list', {})).toEqual({ conflicts: [] });
    for (const outside of [world.root, '/nowhere/at/all', join(world.root, 'home', 'AA', 'x')]) {
      await expect(world.ask('file.why', { path: outside })).rejects.toMatchObject({ code: 'not-found' });
    }
    await expect(world.ask('run.list', {})).rejects.toMatchObject({ code: 'bad-value' });
    expect((await world.ask('run.list', { near: local })).folder).toBe('A');
  });

  it.each([true, false])('space is freed, and files fetched again, running: %s', async (start) => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    const path = join(local, 'film');
    writeFileSync(path, 'a'.repeat(10_000));
    await world.ask('folder.sync', { folder: 'A' });
    await world.close();
    world.open({ start });
    expect(await world.ask('file.free', { path })).toMatchObject({ files: 1, bytes: 10_000, left: [] });
    expect(existsSync(path)).toBe(false);
    const { entries } = await world.ask('file.there', {});
    expect(entries).toEqual([{ folder: 'A', path: 'film', kind: 'file', size: 10_000, files: 1 }]);
    await world.ask('folder.sync', {});
    expect(existsSync(path)).toBe(false);
    expect(tree('https://one/')).toContain('film');
    await world.ask('file.fetch', { path });
    await world.ask('folder.sync', {});
    expect(readFileSync(path)).toHaveLength(10_000);
  });

  it('R11 conflicts keep a folder from being green, and can be decided one by one or all at once', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    const names = ['a', 'b', 'c'];
    for (const name of names) writeFileSync(join(local, name), 'before');
    await world.ask('folder.sync', { folder: 'A' });
    await world.ask('folder.pause', { all: true });
    for (const name of names) {
      writeFileSync(join(local, name), 'mine!');
      world.server('https://one/').server.write(name, Buffer.from('theirs, longer'));
    }
    await world.ask('folder.sync', { folder: 'A' });
    const { conflicts } = await world.ask('conflict.list', {});
    expect(conflicts.map(({ path }) => path).sort()).toEqual(names);
    await world.ask('folder.resume', { all: true });
    await expect.poll(stateOf('A'), patience).toBe('conflicts');
    const status = await world.status('A');
    expect(status).toMatchObject({ green: false, message: expect.stringContaining('3 conflicts to decide') });
    const one = await world.ask('conflict.decide', { paths: [join(local, 'a')], keep: 'mine' });
    expect(one).toEqual({ decided: 1, left: [] });
    expect(readFileSync(join(local, 'a'), 'utf8')).toBe('mine!');
    expect(await world.ask('conflict.decide', { keep: 'theirs' })).toEqual({ decided: 2, left: [] });
    expect(readFileSync(join(local, 'b'), 'utf8')).toBe('theirs, longer');
    expect(readdirSync(local).filter((name) => name.includes('conflict'))).toEqual([]);
  });
});

describe('the event stream', () => {
  it('begins with a snapshot and tells each change after it', async () => {
    world.open({ start: true });
    const local = await world.add('A', 'https://one/');
    await inSync('A');
    const events: FolderEvent[] = [];
    const leave = world.follow(events);
    await expect.poll(() => events[0]?.type, patience).toBe('snapshot');
    writeFileSync(join(local, 'new.txt'), 'x');
    await world.ask('folder.sync', { folder: 'A' });
    await expect.poll(() => events.some(({ type }) => type === 'file'), patience).toBe(true);
    await expect.poll(() => events.some(({ type }) => type === 'run'), patience).toBe(true);
    await world.ask('limit', { up: 5 });
    await expect.poll(() => events.at(-1), patience).toMatchObject({ type: 'settings', limits: { up: 5 } });
    await world.ask('folder.remove', { folder: 'A' });
    await expect.poll(() => events.some(({ type }) => type === 'removed'), patience).toBe(true);
    leave();
    expect(JSON.stringify(events)).toContain('new.txt');
  });
});

it('limits are kept, shown, and taken away one by one', async () => {
  world.open();
  expect(await world.ask('limit', { up: 1000, down: 5000 })).toEqual({ up: 1000, down: 5000 });
  expect(await world.ask('limit', { up: null })).toEqual({ down: 5000 });
  await world.close();
  world.open();
  expect(await world.ask('limit', {})).toEqual({ down: 5000 });
  await expect(world.ask('limit', { up: -1 })).rejects.toMatchObject({ code: 'bad-value' });
});

it('one process has the state folder at a time', async () => {
  world.open();
  const other = new FolderWorld();
  rmSync(other.root, { recursive: true });
  Object.assign(other, { root: world.root });
  expect(() => other.open()).toThrow(expect.objectContaining({ code: 'data-in-use' }));
});
