import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock, seededRandom } from '@holdfast/base/testing';
import type { Remote } from '@holdfast/client';
import { MemoryRemote, type MemoryRemoteOptions } from '@holdfast/client/testing';
import type { Folder } from '@holdfast/localfs';
import { MemoryFolder, type MemoryFolderOptions } from '@holdfast/localfs/testing';
import { syncOnce } from '../engine/open-engine.ts';
import type { RunOptions, SyncPair } from '../engine/options.ts';
import type { RunReport } from '../engine/report.ts';
import type { SyncEvent } from '../engine/sync-event.ts';
import { type Around, folderStreams, intercept, remoteStreams } from './intercept.ts';

/** What kind of server and disk a fake pair has. */
export interface FakePairOptions extends Partial<MemoryRemoteOptions> {
  readonly clock?: FakePair['clock'];
  readonly disk?: Omit<MemoryFolderOptions, 'clock'>;
}

/** A folder and a server in memory with a journal on the disk. */
export class FakePair implements Disposable {
  readonly clock: ReturnType<typeof manualClock>;
  readonly folder: MemoryFolder;
  readonly remote: MemoryRemote;
  readonly stateDir = mkdtempSync(join(tmpdir(), 'holdfast-sync-'));
  readonly events: SyncEvent[] = [];

  /** With `clock` and `server` of another pair: a second client of the same server. */
  constructor(options: FakePairOptions = {}) {
    this.clock = options.clock ?? manualClock();
    this.folder = new MemoryFolder({ ...options.disk, clock: this.clock });
    this.remote = new MemoryRemote({ ...options, clock: this.clock });
  }

  get pair(): SyncPair {
    const { folder, remote, clock, stateDir } = this;
    return {
      folder,
      remote,
      clock,
      stateDir,
      random: seededRandom(1),
      onEvent: (event) => this.events.push(event),
    };
  }

  /** One run of a new engine, as after a restart. A second passes before. */
  sync(options: RunOptions & { readonly platform?: string } = {}): Promise<RunReport> {
    this.clock.advance(1000);
    return syncOnce({ ...this.pair, ...options });
  }

  local(): Record<string, string | undefined> {
    return Object.fromEntries(this.folder.disk.tree());
  }

  server(): Record<string, string | undefined> {
    return Object.fromEntries(this.remote.server.tree());
  }

  /** As `sync`, with `around` about every call of both ports. */
  async syncAround(around: Around, options: RunOptions = {}): Promise<RunReport> {
    this.clock.advance(1000);
    const folder = intercept(this.folder as Folder, folderStreams, around);
    const remote = intercept(this.remote as Remote, remoteStreams, around);
    return await syncOnce({ ...this.pair, folder, remote, ...options });
  }

  /** All that is in the journal's folder at this moment: what a process that is killed now leaves behind. */
  snapshot(): () => void {
    const copy = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
    cpSync(this.stateDir, copy, { recursive: true });
    return () => {
      rmSync(this.stateDir, { recursive: true });
      renameSync(copy, this.stateDir);
      this.folder.crash();
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}
