import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError, type Clock, type Logger, type Random, type TreePath } from '@holdfast/base';
import type { Fetch } from '@holdfast/client';
import type { FolderStatus } from '@holdfast/protocol';
import type { OpenedCare } from '@holdfast/sync';
import type { Surroundings } from '../config/default-folders.ts';
import type { SecretStore } from '../keychain/secret-store.ts';
import type { OpenSyncPair } from '../sync/open-sync-pair.ts';
import { watchComputer } from './computer-watch.ts';
import { sharedSettings } from './describe-folder.ts';
import { EventHub } from './event-hub.ts';
import { FolderRunner } from './folder-runner.ts';
import type { PauseNow } from './folder-view.ts';
import { linuxPowerFolder, readOnBattery } from './power-watch.ts';
import { realPath } from './real-path.ts';
import type { AccountSettings, FolderSettings, Settings } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';
import type { StateFolder } from './state-folder.ts';
import { Turns } from './turns.ts';

/** Runs at the same time: more of them only take the disk and the network from each other. */
const runsSideBySide = 3;

/** Opens what people ask about a pair, without a server. */
export type OpenCare = (pair: {
  readonly local: string;
  readonly stateDir: string;
  readonly links: boolean;
}) => Promise<OpenedCare>;

/** What the synced folders of a computer stand on. */
export interface FoldersParts {
  readonly place: StateFolder;
  readonly file: SettingsFile;
  readonly secrets: Readonly<Record<AccountSettings['store'], SecretStore>>;
  readonly openPair: OpenSyncPair;
  readonly openCare: OpenCare;
  /** Shared by all folders. */
  readonly fetch: Fetch;
  /** Sets how many bytes a second may go over the wire. */
  readonly setLimits: (limits: Settings['limits']) => void;
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Further folders with data of this program, which must not be synced. */
  readonly own?: readonly string[];
}

/** Which folder a person means. */
export interface Choice {
  readonly folder?: string | undefined;
  readonly near?: string | undefined;
}

/** All synced folders of one user of this computer. Nothing runs before `start`. */
export class Folders implements AsyncDisposable {
  readonly parts: FoldersParts;
  readonly hub = new EventHub();
  /** What the computer runs on, as far as it was told. */
  readonly power = { onBattery: false, metered: false };
  readonly #runners = new Map<string, FolderRunner>();
  readonly #turns = new Turns(runsSideBySide);
  readonly #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #serving = false;

  constructor(parts: FoldersParts) {
    this.parts = parts;
    parts.setLimits(parts.file.settings.limits);
    for (const folder of parts.file.settings.folders)
      this.#runners.set(folder.id, this.#makeRunner(folder.id));
  }

  get settings(): Settings {
    return this.parts.file.settings;
  }

  /** Begins to keep all folders in sync. */
  start(): void {
    this.#serving = true;
    for (const runner of this.#runners.values()) runner.start();
    this.#looking = this.#watchComputer();
  }

  /** Stops all of them, each with nothing lost, side by side. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
    await this.#looking;
  }

  /** Keeps one more folder, which the settings name already. */
  begin(id: string): void {
    const runner = this.#makeRunner(id);
    this.#runners.set(id, runner);
    if (this.#serving) runner.start();
  }

  /** Stops keeping a folder that the settings still name. */
  async end(id: string): Promise<void> {
    await this.#runners.get(id)?.stop();
    this.#runners.delete(id);
    this.hub.publish({ type: 'removed', at: this.parts.clock.now(), folder: id });
  }

  /** Changes the settings, durably; folders that are to pause or to go on because of it do so. */
  change(change: (settings: Settings) => Settings): void {
    const before = this.#pauses();
    this.parts.file.update(change);
    this.#restartChanged(before);
  }

  /** Tells what the computer runs on now. */
  tellPower(told: { onBattery?: boolean | undefined; metered?: boolean | undefined }): void {
    const before = this.#pauses();
    const { onBattery = this.power.onBattery, metered = this.power.metered } = told;
    if (onBattery === this.power.onBattery && metered === this.power.metered) return;
    Object.assign(this.power, { onBattery, metered });
    this.#restartChanged(before);
  }

  /** Begins those anew that an account signs in for. */
  restartAccount(account: string): void {
    for (const { id, account: own } of this.settings.folders) {
      if (own === account) this.#runners.get(id)?.restart();
    }
  }

  wake(): void {
    for (const runner of this.#runners.values()) runner.wake();
  }

  async statuses(): Promise<FolderStatus[]> {
    return await Promise.all([...this.#runners.values()].map((runner) => runner.status()));
  }

  /** @throws AppError `not-found`. */
  runner(id: string): FolderRunner {
    const runner = this.#runners.get(id);
    if (runner === undefined) throw new AppError('not-found', { message: 'There is no such folder.' });
    return runner;
  }

  /**
   * The folder a person means: by name, id or path; the only one, or the one that holds `near`, where nothing is said.
   * @throws AppError `not-found`, `bad-value` when it is not clear.
   */
  choose({ folder, near }: Choice): FolderSettings {
    const { folders } = this.settings;
    if (folder !== undefined) {
      const found =
        folders.find(({ id, name }) => id === folder || name === folder) ??
        folders.find(({ local }) => local === realPath(folder));
      if (found !== undefined) return found;
      throw new AppError('not-found', {
        message: `There is no folder "${folder}". See "holdfast folder list".`,
      });
    }
    if (folders.length === 1 && folders[0] !== undefined) return folders[0];
    const holding = near === undefined ? undefined : this.#holding(realPath(near));
    if (holding !== undefined) return holding;
    if (folders.length === 0) {
      throw new AppError('not-found', { message: 'No folder is synced. "holdfast folder add" adds one.' });
    }
    const names = folders.map(({ name }) => `"${name}"`).join(', ');
    throw new AppError('bad-value', { message: `Which folder? Name one of ${names}.` });
  }

  /** The folder that holds a file, and the path of the file in it. @throws AppError `not-found`. */
  locate(path: string): { readonly folder: FolderSettings; readonly path: TreePath } {
    // The file itself may be a link, or not be there; what leads to it counts.
    const real = dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
    const folder = this.#holding(real);
    if (folder !== undefined) return { folder, path: relative(folder.local, real).split(sep).join('/') };
    throw new AppError('not-found', {
      message: `${path} is in no synced folder. "holdfast folder list" shows them.`,
    });
  }

  /** @throws AppError `not-found`. */
  accountOf(folder: FolderSettings): AccountSettings {
    const account = this.settings.accounts.find(({ id }) => id === folder.account);
    if (account === undefined) throw new AppError('token-missing');
    return account;
  }

  /** The token of an account. @throws AppError `token-missing`, `keychain-locked`, `keychain-missing`. */
  async tokenOf(account: AccountSettings): Promise<string> {
    const token = await this.parts.secrets[account.store].get(account.secret);
    if (token === undefined) throw new AppError('token-missing');
    return token;
  }

  stateDirOf({ journal }: Pick<FolderSettings, 'journal'>): string {
    return join(this.parts.place.journals, journal);
  }

  #holding(real: string): FolderSettings | undefined {
    return this.settings.folders.find(({ local }) => real === local || real.startsWith(`${local}${sep}`));
  }

  #makeRunner(id: string): FolderRunner {
    const { parts } = this;
    const { clock, random, logger, surroundings, fetch, openPair, openCare } = parts;
    // The last words of one that was just removed are still about it.
    let last: { folder: FolderSettings; account: AccountSettings } | undefined;
    const settings = () => {
      const folder = this.settings.folders.find((one) => one.id === id);
      if (folder !== undefined) last = { folder, account: this.accountOf(folder) };
      if (last === undefined) throw new AppError('not-found');
      return last;
    };
    return new FolderRunner({
      settings,
      pausedNow: () => this.#pausedNow(settings().folder),
      openEngine: async (signal, onEvent) => {
        const { folder, account } = settings();
        const token = await this.tokenOf(account);
        const { local, url, links } = folder;
        const target = { local, url, user: account.user, token, links, stateDir: this.stateDirOf(folder) };
        return await openPair(target, { surroundings, clock, signal, logger, onEvent, fetch });
      },
      openCare: async () => {
        const { folder } = settings();
        return await openCare({ ...folder, stateDir: this.stateDirOf(folder) });
      },
      turns: this.#turns,
      publish: (event) => this.hub.publish(event),
      read: () => this.hub.read,
      ...{ clock, random, logger },
    });
  }

  #pausedNow({ paused }: FolderSettings): PauseNow | undefined {
    const now = this.parts.clock.now();
    for (const pause of [this.settings.paused, paused]) {
      if (pause === undefined || (pause.until !== undefined && pause.until <= now)) continue;
      return { by: 'person', ...(pause.until === undefined ? {} : { until: pause.until }) };
    }
    const { power } = this.settings;
    if (this.power.onBattery && power.battery === 'pause') return { by: 'battery' };
    if (this.power.metered && power.meteredNetwork === 'pause') return { by: 'metered' };
    return undefined;
  }

  #pauses(): Map<string, string> {
    const said = (folder: FolderSettings) => JSON.stringify(this.#pausedNow(folder) ?? null);
    return new Map(this.settings.folders.map((folder) => [folder.id, said(folder)]));
  }

  #restartChanged(before: ReadonlyMap<string, string>): void {
    const at = this.parts.clock.now();
    this.hub.publish({ type: 'settings', at, ...sharedSettings(this.settings, this.power) });
    for (const [id, said] of this.#pauses()) {
      if (before.has(id) && before.get(id) !== said) this.#runners.get(id)?.restart();
    }
  }

  async #watchComputer(): Promise<void> {
    const { clock, surroundings } = this.parts;
    const onLook = () => {
      if (surroundings.platform !== 'linux' || this.settings.power.battery !== 'pause') return;
      const onBattery = readOnBattery(linuxPowerFolder);
      if (onBattery !== undefined) this.tellPower({ onBattery });
    };
    await watchComputer(clock, { onLook, onWake: () => this.wake() }, this.#stop.signal);
  }
}
