import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeWithAccount } from './support/node-with-account.ts';
import { privateKeyring } from './support/private-keyring.ts';
import { holdfastPath } from './support/repository.ts';
import { runCommand } from './support/run-command.ts';
import { addFolder, folderStatus, startSyncDaemon } from './support/sync-daemon.ts';
import { waitUntil } from './support/wait-until.ts';

test('R17 a token in the keychain of the system: kept over restarts, waited for while it is locked, missing or stuck', async (context) => {
  await using world = await nodeWithAccount('keychain');
  await using keyring = await privateKeyring(context, world.folder);
  const { env } = keyring;
  await keyring.start('unlocked');
  const state = world.folder.at('state');
  const local = world.folder.at('local');
  const { name: user, token } = world.account;
  await addFolder({ state, local, url: world.node.url, user, token }, { env });

  const stateNow = async () => (await folderStatus(state, { env })).folders[0];
  const until = (wanted: string) =>
    waitUntil(`the state "${wanted}"`, async () => (await stateNow())?.state === wanted, 60_000);
  const onServer = (name: string) =>
    waitUntil(`${name} on the server`, async () => {
      const headers = { authorization: `Basic ${btoa(`${user}:${token}`)}` };
      return (await fetch(`${world.davUrl}/${name}`, { headers })).status === 200;
    });
  {
    await using _daemon = await startSyncDaemon(state, env);
    await until('in-sync');
    writeFileSync(join(local, 'first'), '1');
    await onServer('first');
  }
  // Nothing but the keychain has it.
  expect(existsSync(join(state, 'secrets.json'))).toBe(false);
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.json')) expect(readFileSync(join(state, name), 'utf8'), name).not.toContain(token);
  }

  await keyring.start('locked');
  await using daemon = await startSyncDaemon(state, env);
  await until('keychain');
  expect(await stateNow()).toMatchObject({ code: 'keychain-locked', green: false });
  writeFileSync(join(local, 'second'), '2');
  await keyring.start('unlocked');
  await onServer('second');
  await until('in-sync');

  // The token is held by the engine that runs: what happens to the keychain meanwhile stops nobody.
  await keyring.end();
  writeFileSync(join(local, 'third'), '3');
  await onServer('third');
  const account = `${user}@${new URL(world.node.url).host}`;
  const replace = ['account', 'token', account, '--token-stdin', '--state', state];
  const refused = await runCommand(holdfastPath, replace, { env, input: `${token}\n` });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('--token-store file');

  await keyring.start('unlocked');
  await daemon.stop();
  keyring.freeze();
  await using _stuck = await startSyncDaemon(state, env);
  await until('keychain');
  keyring.thaw();
  writeFileSync(join(local, 'fourth'), '4');
  await onServer('fourth');
  expect(daemon.log()).not.toContain(token);
});

test('R17 without a keychain a token is refused with what to do, and kept in a closed file only where that is chosen', async () => {
  await using world = await nodeWithAccount('no-keychain');
  const state = world.folder.at('state');
  const local = world.folder.at('local');
  const { name: user, token } = world.account;
  const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder.at('no bus')}`, DISPLAY: '' };
  const target = { state, local, url: world.node.url, user, token };
  await expect(addFolder(target, { env })).rejects.toThrow('--token-store file');
  await addFolder({ ...target, args: ['--token-store', 'file'] }, { env });
  expect(readFileSync(join(state, 'secrets.json'), 'utf8')).toContain(token);
  await using _daemon = await startSyncDaemon(state, env);
  await waitUntil('green', async () => (await folderStatus(state, { env })).folders[0]?.green === true);
});
