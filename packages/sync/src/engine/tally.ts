import type { Clock } from '@holdfast/base';
import { sizeOf } from '../execute/op-size.ts';
import type { Op, Plan } from '../plan/op.ts';
import type { SyncConflict, TransferTotals } from './events.ts';
import type { RunReport } from './report.ts';
import type { SyncEvent } from './sync-event.ts';

const eventPause = 100;

/** Counts what a run does and tells whoever listens. */
export class Tally {
  readonly counts = {
    uploaded: 0,
    downloaded: 0,
    foldersMade: 0,
    deletedLocal: 0,
    deletedRemote: 0,
    moved: 0,
    touched: 0,
    conflicts: 0,
    problems: 0,
    adopted: 0,
  } satisfies RunReport['counts'];
  readonly conflicts: SyncConflict[] = [];
  bytesUp = 0;
  bytesDown = 0;
  readonly #clock: Clock;
  readonly #onEvent: (event: SyncEvent) => void;
  readonly #seen = new Set<string>();
  #filesDone = 0;
  #filesPlanned = 0;
  #bytesPlanned = 0;
  #bytesBefore = 0;
  #lastEvent = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onEvent: (event: SyncEvent) => void) {
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** A new plan: what is still to be transferred, now and `later`. */
  plan(ops: readonly Op[], round: number, later: Plan['later']): void {
    const transfers = ops.filter((op) => op.kind === 'upload' || op.kind === 'download');
    this.#filesPlanned = this.#filesDone + transfers.length + later.files;
    this.#bytesBefore = this.bytesUp + this.bytesDown;
    this.#bytesPlanned = transfers.reduce((sum, op) => sum + sizeOf(op), this.#bytesBefore + later.bytes);
    this.#onEvent({ type: 'plan', round, steps: ops.length, totals: this.totals() });
  }

  bytes(direction: 'up' | 'down', count: number): void {
    if (direction === 'up') this.bytesUp += count;
    else this.bytesDown += count;
    this.#progress(false);
  }

  /** Something was done. `wasNew`: nothing was agreed on before. */
  done(op: Op, wasNew: boolean): void {
    const { counts } = this;
    const destroyed = op.kind === 'delete' ? op.below.length : 0;
    if (op.kind === 'upload') counts.uploaded += 1;
    else if (op.kind === 'download') counts.downloaded += 1;
    else if (op.kind === 'mkdir') counts.foldersMade += 1;
    else if (op.kind === 'move' && op.place !== undefined) counts.moved += 1;
    else if (op.kind === 'touch') counts.touched += 1;
    else if (op.kind === 'adopt' && wasNew) counts.adopted += 1;
    else if (op.kind === 'delete' && op.side === 'local') counts.deletedLocal += destroyed;
    else if (op.kind === 'delete') counts.deletedRemote += destroyed;
    if (op.kind === 'upload' || op.kind === 'download') {
      this.#filesDone += 1;
      this.#progress(this.#filesDone === this.#filesPlanned);
    }
  }

  /** A conflict is told once, whatever many plans come upon it. */
  conflict(conflict: SyncConflict): void {
    const key = `${conflict.kind} ${conflict.path}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.conflicts.push(conflict);
    this.counts.conflicts += 1;
    this.#onEvent({ type: 'conflict', conflict });
  }

  totals(): TransferTotals {
    const bytesDone = this.bytesUp + this.bytesDown;
    return {
      filesDone: this.#filesDone,
      filesTotal: this.#filesPlanned,
      bytesDone,
      bytesTotal: Math.max(this.#bytesPlanned, bytesDone),
    };
  }

  #progress(always: boolean): void {
    const now = this.#clock.monotonic();
    if (!always && now - this.#lastEvent < eventPause) return;
    this.#lastEvent = now;
    this.#onEvent({ type: 'transfer', totals: this.totals() });
  }
}
