import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFolders } from '../folders/open-folders.ts';
import { quietParts } from '../node/node-parts.ts';
import { startSyncDaemon } from '../start-sync-daemon.ts';
import { carryOutFolderCommand } from './carry-out-folder-command.ts';

let root: string;
let cleanup: AsyncDisposableStack;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-carry-'));
  cleanup = new AsyncDisposableStack();
});

afterEach(async () => {
  await cleanup.disposeAsync();
  rmSync(root, { recursive: true, force: true });
});

const state = (name: string) => join(root, name);
const surroundings = () => ({ env: {}, home: join(root, 'home'), platform: 'linux' });
const context = { signal: new AbortController().signal, onProgress: () => {} };
const status = (name: string) =>
  carryOutFolderCommand(state(name), surroundings(), 'folder.status', {}, context);
const limit = (name: string, up?: number) =>
  carryOutFolderCommand(state(name), surroundings(), 'limit', up === undefined ? {} : { up }, context);
const start = async (name: string) => cleanup.use(await startSyncDaemon(state(name), surroundings()));

it('gives the same answers with a daemon and without, and looking makes nothing', async () => {
  expect(await status('a')).toMatchObject({ folders: [] });
  expect(readdirSync(root)).toEqual([]);
  expect(await limit('a', 1000)).toEqual({ up: 1000 });
  const daemon = await start('a');
  expect((await status('a')).running).toMatchObject({ pid: process.pid });
  expect(await limit('a')).toEqual({ up: 1000 });
  await limit('a', 2000);
  await daemon[Symbol.asyncDispose]();
  expect((await status('a')).running).toBeUndefined();
  expect(await limit('a')).toEqual({ up: 2000 });
});

it('commands that come at the same time wait for each other', async () => {
  await Promise.all([1, 2, 3, 4].map((up) => limit('a', up)));
  expect([1, 2, 3, 4]).toContain((await limit('a')).up);
});

it('what a killed daemon has left leads to no other daemon', async () => {
  await limit('a', 1);
  await limit('b', 2);
  await start('b');
  copyFileSync(join(state('b'), 'daemon.json'), join(state('a'), 'daemon.json'));
  expect(await limit('a')).toEqual({ up: 1 });
  expect((await status('a')).running).toBeUndefined();
});

it('a second daemon on the same state folder is refused', async () => {
  await start('a');
  await expect(start('a')).rejects.toMatchObject({ code: 'data-in-use' });
  expect((await status('a')).running).toMatchObject({ pid: process.pid });
});

it('a daemon that starts while a short command is at work waits for its end', async () => {
  const command = openFolders(state('a'), surroundings(), quietParts());
  const starting = start('a');
  await command[Symbol.asyncDispose]();
  expect((await starting).state).toBe(state('a'));
});
