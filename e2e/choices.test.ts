import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeWithAccount } from './support/node-with-account.ts';
import { holdfastPath } from './support/repository.ts';
import { runOk } from './support/run-command.ts';
import { addFolder, startSyncDaemon, untilGreen } from './support/sync-daemon.ts';
import { waitUntil } from './support/wait-until.ts';

/** One machine: a synced folder and the daemon that keeps it, with links. */
async function machine(world: Awaited<ReturnType<typeof nodeWithAccount>>, name: string) {
  const [local, state] = [world.folder.at(name), world.folder.at(`state ${name}`)];
  mkdirSync(local);
  const { name: user, token } = world.account;
  const url = `${world.node.url}/shared`;
  await addFolder({ state, local, url, user, token, args: ['--token-store', 'file', '--links'] });
  const daemon = await startSyncDaemon(state);
  await untilGreen(state);
  return {
    at: (path: string) => join(local, path),
    write: (path: string, text: string) => {
      mkdirSync(dirname(join(local, path)), { recursive: true });
      writeFileSync(join(local, path), text);
    },
    tell: (...words: string[]) => runOk(holdfastPath, [...words, '--state', state]),
    why: async (path: string) =>
      JSON.parse((await runOk(holdfastPath, ['why', join(local, path), '--json', '--state', state])).stdout),
    names: () => readdirSync(local, { recursive: true, encoding: 'utf8' }).sort(),
    green: () => untilGreen(state),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

test('rules, links, bits and what is by choice on the server only, between two machines', async () => {
  await using world = await nodeWithAccount('choices');
  await using one = await machine(world, 'one');
  await using two = await machine(world, 'two');

  one.write('.holdfastignore', '*.log\n/build/\n');
  for (const path of ['a.txt', 'a.log', 'build/out', 'photos/1.jpg', 'photos/2.jpg', '.~lock.a.odt#'])
    one.write(path, path);
  one.write('tool', '#!/bin/sh\n');
  chmodSync(one.at('tool'), 0o755);
  symlinkSync('../a.txt', one.at('photos/link'));
  symlinkSync('/etc/passwd', one.at('outside'));
  await waitUntil(
    'what is synced, on the other machine',
    () => existsSync(two.at('photos/link')) && existsSync(two.at('tool')),
  );
  await one.green();
  await two.green();
  expect(two.names()).toEqual([
    '.holdfastignore',
    'a.txt',
    'photos',
    'photos/1.jpg',
    'photos/2.jpg',
    'photos/link',
    'tool',
  ]);
  expect(readlinkSync(two.at('photos/link'))).toBe('../a.txt');
  expect(statSync(two.at('tool')).mode & 0o111).not.toBe(0);
  expect(await one.why('a.log')).toMatchObject({ state: 'ignored', rule: '.holdfastignore line 1: *.log' });

  // The rules came along: what they name stays on this machine too.
  two.write('b.log', 'mine');
  two.write('b.txt', 'b');
  chmodSync(two.at('tool'), 0o644);
  rmSync(two.at('photos/link'));
  await waitUntil(
    'the other way',
    () =>
      existsSync(one.at('b.txt')) &&
      lstatSync(one.at('photos/link'), { throwIfNoEntry: false }) === undefined,
  );
  await waitUntil('the bit', () => (statSync(one.at('tool')).mode & 0o111) === 0);
  await one.green();
  expect(existsSync(one.at('b.log'))).toBe(false);

  // One machine does without the photos, and the other one has more of them.
  const hidden = await two.tell('hide', two.at('photos'));
  expect(hidden.stdout).toContain('2 files freed');
  expect(existsSync(two.at('photos'))).toBe(false);
  one.write('photos/3.jpg', 'new');
  await one.green();
  await two.green();
  expect(existsSync(two.at('photos'))).toBe(false);
  expect(await two.why('photos/1.jpg')).toMatchObject({ state: 'there' });
  expect((await two.tell('there')).stdout).toContain('photos');
  await two.tell('fetch', two.at('photos'));
  await waitUntil(
    'the photos',
    () => existsSync(two.at('photos/3.jpg')) && existsSync(two.at('photos/1.jpg')),
  );
  await two.green();
  expect(readFileSync(two.at('photos/3.jpg'), 'utf8')).toBe('new');
  expect(one.names().filter((name) => name.startsWith('photos'))).toEqual([
    'photos',
    'photos/1.jpg',
    'photos/2.jpg',
    'photos/3.jpg',
  ]);
});
