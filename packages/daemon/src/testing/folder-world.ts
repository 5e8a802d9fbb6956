import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { MemoryRemote } from '@holdfast/client/testing';
import { openFolder } from '@holdfast/localfs';
import type {
  ControlParams,
  ControlResult,
  FolderCommand,
  FolderEvent,
  FolderStatus,
} from '@holdfast/protocol';
import { openEngine } from '@holdfast/sync';
import { type CommandContext, dispatch } from '../control/dispatch.ts';
import { folderHandlers } from '../folders/folder-handlers.ts';
import type { Folders } from '../folders/folders.ts';
import { type OpenedFolders, openFolders } from '../folders/open-folders.ts';
import { quietParts } from '../node/node-parts.ts';
import type { OpenSyncPair } from '../sync/open-sync-pair.ts';
import { MemorySecretStore } from './memory-secret-store.ts';

/** The folders of a computer on a real disk, with servers in memory: one for each address. */
export class FolderWorld implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-folders-')));
  readonly keychain = new MemorySecretStore();
  readonly servers = new Map<string, MemoryRemote>();
  /** What opening a pair fails with, by its address. */
  readonly failures = new Map<string, Error>();
  /** Addresses of servers that take a connection and say nothing. */
  readonly silent = new Set<string>();
  /** Tokens that pairs were opened with, in order. */
  readonly tokens: string[] = [];
  #opened: OpenedFolders | undefined;

  /** Opens the state folder; with `start` as a daemon does. */
  open({ start = false } = {}): Folders {
    const surroundings = { env: {}, home: join(this.root, 'home'), platform: 'linux' };
    this.#opened = openFolders(join(this.root, 'state'), surroundings, quietParts(), {
      keychain: this.keychain,
      openPair: this.#openPair,
    });
    if (start) this.#opened.folders.start();
    return this.#opened.folders;
  }

  async close(): Promise<void> {
    await this.#opened?.[Symbol.asyncDispose]();
    this.#opened = undefined;
  }

  /** A folder of the computer, made when it is missing. */
  local(name: string): string {
    const path = join(this.root, 'home', name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  server(url: string): MemoryRemote {
    const known = this.servers.get(url);
    if (known !== undefined) return known;
    const made = new MemoryRemote({ clock: systemClock });
    this.servers.set(url, made);
    return made;
  }

  /** Carries out a command, with the folders that are open. */
  async ask<C extends FolderCommand>(
    command: C,
    params: ControlParams<C>,
    context: Partial<CommandContext> = {},
  ): Promise<ControlResult<C>> {
    if (this.#opened === undefined) throw new Error('nothing is open');
    const running = { pid: 1, startedAt: 0 };
    const handlers = folderHandlers(this.#opened.folders, running);
    const quiet = { signal: new AbortController().signal, onProgress: () => {} };
    return (await dispatch(handlers, command, params, { ...quiet, ...context })) as ControlResult<C>;
  }

  /** Adds a folder with an address of its own server. */
  async add(name: string, url: string, parts: Partial<ControlParams<'folder.add'>> = {}): Promise<string> {
    const local = this.local(name);
    await this.ask('folder.add', { local, url, user: 'ana', token: `token of ${url}`, ...parts });
    return local;
  }

  async status(name: string): Promise<FolderStatus | undefined> {
    const { folders } = await this.ask('folder.status', {});
    return folders.find((folder) => folder.name === name);
  }

  /** Follows the events until the returned function is called. */
  follow(events: FolderEvent[]): () => void {
    const leaving = new AbortController();
    const onEvent = async (event: FolderEvent) => {
      events.push(event);
    };
    this.ask('events', {}, { onEvent, signal: leaving.signal }).catch(() => {});
    return () => leaving.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  readonly #openPair: OpenSyncPair = async (
    { local, url, token, stateDir = '' },
    { clock, onEvent, signal },
  ) => {
    const failure = this.failures.get(url);
    if (failure !== undefined) throw failure;
    if (this.silent.has(url)) await clock.sleep(3_600_000, signal);
    this.tokens.push(token);
    mkdirSync(stateDir, { recursive: true });
    const historyDir = join(stateDir, 'history');
    const folder = await openFolder({ root: local, historyDir, clock, random: systemRandom });
    const remote = this.server(url);
    return await openEngine({
      folder,
      remote,
      stateDir,
      clock,
      ...(onEvent === undefined ? {} : { onEvent }),
    });
  };
}
