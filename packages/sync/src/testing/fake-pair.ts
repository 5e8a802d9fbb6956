import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock, seededRandom } from '@holdfast/base/testing';
import { MemoryRemote, type MemoryRemoteOptions } from '@holdfast/client/testing';
import { MemoryFolder } from '@holdfast/localfs/testing';
import type { SyncEvent } from '../engine/events.ts';
import { syncOnce } from '../engine/open-engine.ts';
import type { RunOptions, SyncPair } from '../engine/options.ts';
import type { RunReport } from '../engine/report.ts';

/** A folder and a server in memory with a journal on the disk. */
export class FakePair implements Disposable {
  readonly clock = manualClock();
  readonly folder = new MemoryFolder({ clock: this.clock });
  readonly remote: MemoryRemote;
  readonly stateDir = mkdtempSync(join(tmpdir(), 'holdfast-sync-'));
  readonly events: SyncEvent[] = [];

  constructor(options: Omit<MemoryRemoteOptions, 'clock'> = {}) {
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
  sync(options: RunOptions = {}): Promise<RunReport> {
    this.clock.advance(1000);
    return syncOnce({ ...this.pair, ...options });
  }

  local(): Record<string, string | undefined> {
    return Object.fromEntries(this.folder.disk.tree());
  }

  server(): Record<string, string | undefined> {
    return Object.fromEntries(this.remote.server.tree());
  }

  [Symbol.dispose](): void {
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}
