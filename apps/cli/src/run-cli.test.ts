import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { runCli } from './run-cli.ts';
import { type FakeTerminal, fakeTerminal } from './testing/fake-terminal.ts';

const commands = [
  ...['run', 'init', 'sync', 'status', 'check', 'gc', 'backup', 'restore', 'config explain', 'version'],
  ...['user add', 'user list', 'user passwd', 'user disable', 'user enable'],
  ...['token create', 'token list', 'token revoke'],
  ...['folder add', 'folder list', 'folder remove', 'folder pause', 'folder resume', 'folder sync'],
  ...[
    'account list',
    'account token',
    'why',
    'history',
    'runs',
    'undo',
    'conflicts',
    'free',
    'hide',
    'fetch',
  ],
  ...['pause', 'resume', 'limit', 'power', 'events'],
];
let folder: string;
let data: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  data = join(folder, 'data');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  it.each(commands)('%s has help with examples, exit codes and --json', async (command) => {
    const { code, out } = await call([...command.split(' '), '--help']);
    expect(code).toBe(exitCodes.ok);
    expect(out).toContain(`holdfast ${command}`);
    for (const part of ['--json', 'Examples:', 'Exit codes:']) expect(out).toContain(part);
  });

  it.each([
    [['synch']],
    [['run', '--no-such-flag']],
    [['run', '--listen', 'nowhere']],
    [['run', '--listen', '0.0.0.0:0']],
    [['run', '--data']],
    [['user', 'add']],
    [['token', 'create', '--user', 'a', '--name', 'b', '--expires', 'soon']],
    [['sync', 'a', 'b', '--user', 'c']],
    [['sync', 'a', 'ftp://b/', '--user', 'c', '--token-stdin']],
    [['sync', 'a', 'http://c:secret@b/', '--user', 'c', '--token-stdin']],
    [['sync', 'a', 'http://b/', '--user', 'c', '--token-stdin', '--once', '--watch']],
    [['folder', 'add', 'a', 'ftp://b/', '--user', 'c', '--token-stdin']],
    [['folder', 'add', 'a', 'http://c:secret@b/', '--user', 'c', '--token-stdin']],
    [['folder', 'add', 'a', 'http://b/', '--user', 'c', '--token-stdin', '--token-file', 'x']],
    [['folder', 'add', 'a', 'http://b/', '--user', 'c', '--token-stdin', '--token-store', 'nowhere']],
    [['account', 'token', 'a@b']],
    [['conflicts', '--keep', 'mine']],
    [['conflicts', '--keep', 'neither', '--all']],
    [['conflicts', 'a.txt']],
    [['limit', '--up', 'much']],
    [['pause', '--for', 'ever']],
    [['undo', 'yesterday']],
    [['history', 'a', '--restore', '0']],
    [['power', '--battery', 'off']],
  ])('refuses %j with exit code 2 and a hint', async (args) => {
    const { code, err } = await call(args, 'hf_token\n');
    expect(err).toMatch(/\S/);
    expect(err).not.toContain('secret');
    expect(code).toBe(exitCodes.usage);
  });

  it('says what to do where there is no data', async () => {
    const { code, err, out } = await call(['user', 'list', '--data', data, '--json']);
    expect(code).toBe(exitCodes.failed);
    expect(err).toContain('holdfast init');
    expect(JSON.parse(out).error.code).toBe('data-missing');
  });

  it('makes the data folder with an administrator, once', async () => {
    const first = await call(['init', '--data', data, '--json']);
    const { administrator } = JSON.parse(first.out);
    expect(administrator).toEqual({ id: 'admin', password: expect.stringMatching(/^\w{5}(-\w{5}){3}$/) });
    const second = await call(['init', '--data', data]);
    expect(second).toMatchObject({ code: exitCodes.ok, out: expect.stringContaining('nothing was changed') });
  });

  it('manages accounts and tokens where no node runs', async () => {
    const add = await call(
      ['user', 'add', 'alice', '--data', data, '--password-stdin', '--json'],
      'a long one\r\n',
    );
    expect(JSON.parse(add.out)).toMatchObject({ id: 'alice', admin: false, disabled: false });
    expect(add.out).not.toContain('a long one');
    const again = await call(['user', 'add', 'alice', '--data', data, '--password-stdin'], 'a long one');
    expect(again.code).toBe(exitCodes.failed);
    const create = ['token', 'create', '--user', 'alice', '--name', 'x', '--expires', '30d', '--data', data];
    const token = JSON.parse((await call([...create, '--scope', 'files:read', '--json'])).out);
    expect(token).toMatchObject({ id: expect.any(String), token: expect.stringMatching(/^hf_d_/) });
    expect(token.scopes).toEqual(['files:read']);
    expect(token.expiresAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    const plain = await call(create);
    expect(plain.out).toMatch(/^hf_d_\w+\n$/);
    const missing = await call([...create, '--path', 'Nowhere']);
    expect(missing).toMatchObject({ code: exitCodes.failed, err: expect.stringContaining('Nowhere') });
    const list = await call(['token', 'list', '--user', 'alice', '--data', data]);
    expect(list.out).toContain('files:read');
    expect(list.out).not.toContain(token.token);
    await call(['token', 'revoke', token.id, '--data', data]);
    const left = JSON.parse((await call(['token', 'list', '--data', data, '--json'])).out);
    const states = left.map(({ id, state }: { id: string; state: string }) => [id, state]);
    expect(states).toContainEqual([token.id, 'revoked']);
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['two lines', 'one\ntwo\n'],
    ['far too much', 'x'.repeat(100_000)],
  ])('refuses %s as a password', async (_case, input) => {
    const { code } = await call(['user', 'add', 'alice', '--data', data, '--password-stdin'], input);
    expect(code).toBe(exitCodes.usage);
  });

  it('checks, backs up, restores and tells what holds', async () => {
    await call(['init', '--data', data]);
    expect(JSON.parse((await call(['check', '--data', data, '--json'])).out).whole).toBe(true);
    expect((await call(['gc', '--data', data])).code).toBe(exitCodes.ok);
    const file = join(folder, 'backup');
    expect((await call(['backup', '--data', data, '--to', file])).code).toBe(exitCodes.ok);
    const restored = join(folder, 'restored');
    expect((await call(['restore', file, '--data', restored])).code).toBe(exitCodes.ok);
    expect((await call(['restore', file, '--data', restored])).code).toBe(exitCodes.refused);
    const [before, after] = await Promise.all(
      [data, restored].map(async (path) =>
        JSON.parse((await call(['status', '--data', path, '--json'])).out),
      ),
    );
    expect(after.instanceId).toBe(before.instanceId);
    expect(after.epoch).not.toBe(before.epoch);
    writeFileSync(file, readFileSync(file).subarray(0, -4000));
    expect((await call(['restore', file, '--data', join(folder, 'third')])).code).toBe(exitCodes.failed);
    const explained = await call(['config', 'explain', '--data', data, '--json']);
    const settings: { key: string; origin: string }[] = JSON.parse(explained.out);
    expect(settings.find(({ key }) => key === 'data')?.origin).toBe('command line');
  });
});

describe('folders', () => {
  it('say what to do where there are none, and looking makes nothing', async () => {
    const state = join(folder, 'state');
    const list = await call(['folder', 'list', '--state', state]);
    expect(list).toMatchObject({ code: exitCodes.ok, out: expect.stringContaining('holdfast folder add') });
    expect((await call(['why', 'x', '--state', state])).err).toContain('holdfast folder list');
    expect((await call(['events', '--state', state])).code).toBe(exitCodes.unreachable);
    expect((await call(['runs', '--state', state])).err).toContain('holdfast folder add');
    const looked = join(folder, 'looked');
    await call(['status', '--data', data, '--state', looked]);
    expect(existsSync(looked)).toBe(false);
  });

  it('are added after a yes, kept in sync by a daemon, and asked about', async () => {
    const stop = new AbortController();
    const terminal = fakeTerminal({ cwd: folder, home: folder, signal: stop.signal });
    const state = ['--state', join(folder, 'state')];
    const serve = ['run', '--data', data, '--listen', '127.0.0.1:0', ...state];
    const running = runCli(serve, terminal, systemClock);
    await expect.poll(() => terminal.outText(), { timeout: 20_000 }).toMatch(/\n$/);
    const address = terminal.outText().replace('listening on ', '').trim();
    const token = (await call(['token', 'create', '--user', 'admin', '--name', 't', '--data', data])).out;
    mkdirSync(join(folder, 'Work'));
    writeFileSync(join(folder, 'Work', 'a.txt'), 'a');
    const add = ['folder', 'add', 'Work', address, '--user', 'admin', '--token-stdin', ...state];
    const unasked = await call([...add, '--token-store', 'file'], token);
    expect(unasked).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining('a.txt') });
    const added = await call([...add, '--token-store', 'file', '--yes'], token);
    expect(added).toMatchObject({ code: exitCodes.ok, out: '"Work" is kept in sync from now on.\n' });
    const status = async () => await call(['status', ...state]);
    await expect
      .poll(async () => (await status()).out, { timeout: 20_000 })
      .toContain('OK Work: Both sides are equal.');
    const { code, out } = await status();
    expect(code).toBe(exitCodes.ok);
    for (const part of [address, '1 file seen equal', '1 proven by hash', 'Account      admin']) {
      expect(out).toContain(part);
    }
    expect((await call(['why', 'Work/a.txt', ...state])).out).toContain('same here and on the server');
    expect((await call(['runs', ...state])).out).toContain('1 uploaded');
    expect((await call(['history', 'Work/a.txt', ...state])).out).toContain('upload on the server, a.txt');
    expect((await call(['conflicts', ...state])).out).toBe('No conflicts.\n');
    expect((await call(['limit', '--up', '1M', ...state])).out).toBe('Up: 1.0 MB/s. Down: no limit.\n');
    expect((await call(['power', '--battery', 'pause', ...state])).out).toContain(
      'On battery syncing pauses',
    );
    expect((await call(['pause', 'Work', ...state])).out).toContain('until "resume": Work');
    await expect.poll(async () => (await status()).out, { timeout: 20_000 }).toContain('-- Work: Paused.');
    expect((await call(['resume', ...state])).out).toContain('Work');
    const accounts = await call(['account', 'list', ...state]);
    expect(accounts.out).toContain(`admin@${new URL(address).host}`);
    stop.abort();
    expect(await running).toBe(exitCodes.ok);
    const stopped = await status();
    expect(stopped).toMatchObject({
      code: exitCodes.unreachable,
      out: expect.stringContaining('NOT kept in sync'),
    });
    for (const text of [terminal.errText(), added.out, added.err, out, accounts.out]) {
      expect(text).not.toContain(token.trim());
    }
  });
});

describe('a node', () => {
  it('keeps its hints in sight of a person, and tells of every request when asked to', async () => {
    for (const level of [[], ['--log-level', 'info']]) {
      const stop = new AbortController();
      const terminal = fakeTerminal({ cwd: folder, home: folder, signal: stop.signal, interactive: true });
      const args = ['run', '--data', data, '--listen', '127.0.0.1:0', ...level];
      const running = runCli(args, terminal, systemClock);
      await expect.poll(() => terminal.outText(), { timeout: 20_000 }).toMatch(/\n$/);
      expect(terminal.errText()).toContain('holdfast token create --user admin');
      expect(terminal.errText().includes('info  listening')).toBe(level.length > 0);
      stop.abort();
      expect(await running).toBe(exitCodes.ok);
    }
  });

  it('says on one line where it listens, refuses a second one, serves commands, and ends on the signal', async () => {
    const stop = new AbortController();
    const terminal = fakeTerminal({ cwd: folder, home: folder, signal: stop.signal });
    const args = ['run', '--data', data, '--listen', '127.0.0.1:0'];
    const running = runCli(args, terminal, systemClock);
    await expect.poll(() => terminal.outText(), { timeout: 20_000 }).toMatch(/\n$/);
    expect(terminal.outText()).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    const password = /shown once: (\S+)/.exec(terminal.errText())?.[1] ?? '';
    expect(password).not.toBe('');

    const second = await call(args);
    expect(second).toMatchObject({
      code: exitCodes.refused,
      err: expect.stringContaining('Another Holdfast'),
    });
    const status = JSON.parse((await call(['status', '--data', data, '--json'])).out);
    expect(terminal.outText()).toContain(status.running.address);
    const taken = status.running.address.replace('http://', '');
    const other = await call(['run', '--data', join(folder, 'other'), '--listen', taken]);
    expect(other).toMatchObject({ code: exitCodes.refused, err: expect.stringContaining('--listen') });

    const token = (await call(['token', 'create', '--user', 'admin', '--name', 't', '--data', data])).out;
    const local = join(folder, 'local');
    const sync = ['sync', local, status.running.address, '--user', 'admin', '--token-stdin', '--state'];
    const first = await call([...sync, join(folder, 'state'), '--json'], token);
    expect(JSON.parse(first.out).state).toBe('in-sync');
    writeFileSync(join(local, 'a.txt'), 'a');
    expect((await call([...sync, join(folder, 'state')], token)).code).toBe(exitCodes.ok);
    const wrong = await call([...sync, join(folder, 'state-2')], 'hf_wrong\n');
    expect(wrong.code).toBe(exitCodes.notSignedIn);

    stop.abort();
    expect(await running).toBe(exitCodes.ok);
    expect(terminal.errText()).not.toContain(token.trim());
    expect(terminal.errText().split(password)).toHaveLength(2);
    const gone = await call([...sync, join(folder, 'state-3')], token);
    expect(gone.code).toBe(exitCodes.unreachable);
    expect((await call(['status', '--data', data])).code).toBe(exitCodes.unreachable);
    expect((await call(['check', '--data', data])).code).toBe(exitCodes.ok);
  });
});

async function call(args: readonly string[], input = '') {
  const terminal: FakeTerminal = fakeTerminal({ cwd: folder, home: folder, input });
  const code = await runCli(args, terminal, systemClock);
  return { code, out: terminal.outText(), err: terminal.errText() };
}
