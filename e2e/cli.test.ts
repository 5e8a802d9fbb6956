import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addUser, createToken, makeAccount } from './support/accounts.ts';
import { checkStore } from './support/check-store.ts';
import { davRequests } from './support/dav-requests.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { readTree } from './support/read-tree.ts';
import { holdfastPath } from './support/repository.ts';
import { runCommand, runOk } from './support/run-command.ts';
import { startNode } from './support/start-node.ts';
import { syncArguments, syncClient, syncOnce, trySync } from './support/sync-client.ts';
import { tempFolder } from './support/temp-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** A contract with scripts; stated again here so that a change shows. */
const exitCodes = { usage: 2, refused: 3, unreachable: 4, notSignedIn: 5 } as const;

const commands = [
  ...['run', 'init', 'user add', 'user list', 'user passwd', 'user disable'],
  ...['token create', 'token list', 'token revoke', 'sync', 'status', 'check', 'gc', 'backup', 'restore'],
  ...[
    'config explain',
    'version',
    'folder add',
    'folder list',
    'folder remove',
    'folder sync',
    'account list',
  ],
  ...[
    'account token',
    'why',
    'history',
    'runs',
    'undo',
    'conflicts',
    'free',
    'hide',
    'there',
    'fetch',
    'pause',
    'resume',
  ],
  ...['limit', 'power', 'events'],
];

test('every command of the contract explains itself with --help', async () => {
  const overview = await runOk(holdfastPath, ['--help']);
  for (const command of commands) {
    const [first = ''] = command.split(' ');
    expect(overview.stdout).toContain(first);
    const help = await runOk(holdfastPath, [...command.split(' '), '--help']);
    expect(help.stdout, command).toContain(command);
    expect(help.stdout, command).toContain('--json');
  }
  const version = await runOk(holdfastPath, ['version', '--json']);
  expect(JSON.parse(version.stdout)).toHaveProperty('version');
});

test('a command that is misspelt, or lacks something, ends with a code and says how to go on', async () => {
  await using folder = await tempFolder('cli');
  const misspelt: readonly (readonly string[])[] = [
    ['synch'],
    ['sync'],
    ['run', '--no-such-flag'],
    ['user', 'add', '--data', folder.at('node')],
    ['run', '--data', folder.at('node'), '--listen', 'nonsense'],
    ['run', '--data', folder.at('node'), '--listen', '0.0.0.0:0'],
  ];
  const bad: readonly (readonly string[])[] = [
    ...misspelt,
    ['check', '--data', folder.at('nothing here')],
    ['restore', folder.at('no such file'), '--data', folder.at('new')],
    ['token', 'create', '--user', 'nobody', '--name', 'x', '--data', folder.at('nothing here')],
  ];
  for (const args of bad) {
    const result = await runCommand(holdfastPath, args, { timeout: 30_000 });
    expect(result.code, args.join(' ')).toBeGreaterThan(0);
    if (misspelt.includes(args)) expect(result.code, args.join(' ')).toBe(exitCodes.usage);
    expect(result.stderr, args.join(' ')).toMatch(/\S/);
    expect(result.stderr, args.join(' ')).not.toMatch(/\n\s+at .*:\d+:\d+/);
  }
});

test('user and token commands work without a node, with one, and what they change counts at once', async () => {
  await using folder = await tempFolder('cli');
  const data = folder.at('node');
  await addUser(data, 'alice', 'a password of alice', ['--admin']);
  const before = await createToken({ data, user: 'alice', name: 'made without a node' });
  await using node = await startNode({ data });
  const account = await makeAccount(data, 'bob');
  const base = (name: string) => `${node.url}/remote.php/dav/files/${name}`;
  const status = (user: string, secret: string) =>
    davRequests(base(user), user, secret).status('PROPFIND', '', { headers: { depth: '0' } });
  expect(await status('alice', before.token)).toBe(207);
  expect(await status('bob', account.token)).toBe(207);
  expect(await status('bob', account.password)).toBe(207);
  expect(await status('bob', before.token)).toBe(401);

  const listed = await runOk(holdfastPath, ['user', 'list', '--data', data, '--json']);
  expect(listed.stdout).toContain('alice');
  expect(listed.stdout).toContain('bob');
  const tokens = await runOk(holdfastPath, ['token', 'list', '--user', 'alice', '--data', data, '--json']);
  expect(tokens.stdout).toContain('made without a node');
  expect(tokens.stdout).not.toContain(before.token);

  await runOk(holdfastPath, ['token', 'revoke', before.id, '--data', data]);
  expect(await status('alice', before.token)).toBe(401);
  await runOk(holdfastPath, ['user', 'passwd', 'bob', '--data', data, '--password-stdin'], {
    input: 'another password of bob\n',
  });
  expect(await status('bob', account.password)).toBe(401);
  expect(await status('bob', 'another password of bob')).toBe(207);
  await runOk(holdfastPath, ['user', 'disable', 'bob', '--data', data]);
  expect(await status('bob', account.token)).toBe(401);
});

test('a second daemon on the same data is refused, and SIGTERM ends the first cleanly', async () => {
  await using world = await nodeWithAccount('cli');
  const second = await runCommand(
    holdfastPath,
    ['run', '--data', world.data, '--listen', '127.0.0.1:0', '--headless'],
    { timeout: 30_000 },
  );
  expect(second.code).toBe(exitCodes.refused);
  expect(second.stderr).toMatch(/another|in use|already/i);
  const status = await runOk(holdfastPath, ['status', '--data', world.data, '--json']);
  expect(() => JSON.parse(status.stdout)).not.toThrow();

  const dav = davRequests(world.davUrl, world.account.name, world.account.token);
  expect(await dav.status('PUT', 'kept', { body: 'kept' })).toBe(201);
  expect(await world.node.stop()).toBe(0);
  const check = await checkStore(world.data);
  expect(check.whole, check.text).toBe(true);
  await using again = await startNode({ data: world.data });
  const copy = davRequests(
    world.davUrl.replace(world.node.url, again.url),
    world.account.name,
    world.account.token,
  );
  expect((await copy.read('kept')).toString()).toBe('kept');
});

test('sync takes the token from standard input, shows a plan, and refuses a wrong token clearly', async () => {
  await using world = await nodeWithAccount('cli');
  const { folder, node, account } = world;
  const client = await syncClient({
    local: folder.at('local'),
    state: folder.at('state'),
    url: `${node.url}/`,
    user: account.name,
    token: account.token,
  });
  await writeFile(join(client.local, 'hello.txt'), 'hello');
  const planned = await runOk(holdfastPath, syncArguments(client, ['--plan']));
  expect(planned.stdout).toContain('hello.txt');
  const dav = davRequests(world.davUrl, account.name, account.token);
  expect(await dav.status('GET', 'hello.txt')).toBe(404);

  const args = ['sync', client.local, client.url, '--user', client.user, '--token-stdin', '--once'];
  const done = await runOk(holdfastPath, [...args, '--state', client.state], { input: `${account.token}\n` });
  // Quiet when it is not a terminal: no progress line is drawn over and over.
  expect(done.stderr).not.toContain('\r');
  expect((await dav.read('hello.txt')).toString()).toBe('hello');

  const wrong = await runCommand(holdfastPath, [...args, '--state', client.state], { input: 'hf_wrong\n' });
  expect(wrong.code).toBe(exitCodes.notSignedIn);
  expect(wrong.stderr).toMatch(/sign|token/i);
  expect([...readTree(client.local).keys()]).toEqual(['hello.txt']);
  const unreachable = await trySync({ ...client, url: 'http://127.0.0.1:9/' });
  expect(unreachable.code).toBe(exitCodes.unreachable);
  expect(unreachable.stdout + unreachable.stderr).toMatch(/reach/i);
});

test('sync --watch carries changes both ways as they happen and ends cleanly on SIGTERM', async () => {
  await using world = await nodeWithAccount('cli-watch');
  const { folder, node, account } = world;
  const make = (name: string) =>
    syncClient({
      local: folder.at(name),
      state: folder.at(`state-${name}`),
      url: `${node.url}/shared`,
      user: account.name,
      token: account.token,
    });
  const [a, b] = [await make('a'), await make('b')];
  await writeFile(join(a.local, 'first.txt'), 'first');
  let pid = 0;
  const watching = runCommand(holdfastPath, syncArguments(a, ['--watch']), {
    onStart: (started) => {
      pid = started;
    },
  });
  const dav = davRequests(`${world.davUrl}/shared`, account.name, account.token);
  await waitUntil('the first file', async () => (await dav.status('GET', 'first.txt')) === 200);
  await writeFile(join(a.local, 'second.txt'), 'second');
  await waitUntil('the second file', async () => (await dav.status('GET', 'second.txt')) === 200);
  await syncOnce(b);
  await writeFile(join(b.local, 'from b.txt'), 'from b');
  await syncOnce(b);
  await waitUntil('the file of b', async () => (await readdir(a.local)).includes('from b.txt'), 90_000);
  process.kill(pid, 'SIGTERM');
  expect((await watching).code).toBe(0);
});

test('S6 a token with a scope and a path cannot see or change anything else', async () => {
  await using world = await nodeWithAccount('cli-token');
  const { data, account, davUrl } = world;
  const all = davRequests(davUrl, account.name, account.token);
  for (const name of ['open', 'closed']) {
    expect(await all.status('MKCOL', name)).toBe(201);
    expect(await all.status('PUT', `${name}/file.txt`, { body: name })).toBe(201);
  }
  const limited = await createToken({
    data,
    user: account.name,
    name: 'reader',
    scopes: ['files:read'],
    paths: ['open'],
  });
  const some = davRequests(davUrl, account.name, limited.token);
  expect((await some.read('open/file.txt')).toString()).toBe('open');
  expect(await some.status('GET', 'closed/file.txt')).toBe(404);
  expect(await some.status('PROPFIND', 'closed', { headers: { depth: '1' } })).toBe(404);
  const root = await some.send('PROPFIND', '', { headers: { depth: '1' } });
  expect(await root.text()).not.toContain('closed');
  const into = (path: string) => ({ headers: { destination: some.urlOf(path) } });
  const refusals = [
    await some.status('PUT', 'open/new.txt', { body: 'x' }),
    await some.status('DELETE', 'open/file.txt'),
    await some.status('MKCOL', 'open/folder'),
    await some.status('MOVE', 'open/file.txt', into('open/other.txt')),
    await some.status('COPY', 'open/file.txt', into('closed/other.txt')),
    await some.status('PUT', 'closed/new.txt', { body: 'x' }),
  ];
  for (const status of refusals) expect([403, 404]).toContain(status);
  expect((await all.read('open/file.txt')).toString()).toBe('open');
});
