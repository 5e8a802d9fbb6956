import { AppError, childOf, type TreePath } from '@holdfast/base';
import type { LocalProblem } from '@holdfast/localfs';
import type { ErrorCode } from '@holdfast/protocol';
import { changesRules, type LeftOut, rulesFirst } from '../choice/left-out.ts';
import { AgreedFiles } from '../execute/agreed-files.ts';
import { ChunkLists } from '../execute/chunk-lists.ts';
import { judgeError, type Verdict } from '../execute/judge-error.ts';
import { performGroup } from '../execute/perform-group.ts';
import { runBatch } from '../execute/run-batch.ts';
import type { Intent } from '../journal/intent.ts';
import type { Journal } from '../journal/journal.ts';
import { describeOp } from '../plan/describe-op.ts';
import type { Op, Plan } from '../plan/op.ts';
import { plan } from '../plan/plan.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import { type Item, pathOf } from '../trees/item.ts';
import { packSettled } from '../trees/pack-settled.ts';
import { isPacked } from '../trees/packed-item.ts';
import { pairNew } from '../trees/pair-new.ts';
import { readRemote } from '../trees/read-remote.ts';
import type { Trees } from '../trees/trees.ts';
import { withoutKnown } from '../trees/without-known.ts';
import type { PlannedStep } from './events.ts';
import { type BeforeOp, lineOfFailure, linesOf, lookBefore } from './log-lines.ts';
import { MassChangeBrake } from './mass-change.ts';
import { lookAtRemote, type Observation, observe, refuseEmptied } from './observe.ts';
import type { RunOptions, SyncPair } from './options.ts';
import type { ProblemList } from './problem-list.ts';
import type { SyncEvent } from './sync-event.ts';
import type { Tally } from './tally.ts';

const mostRounds = 200;
const opsPerCommit = 50;
const msPerCommit = 200;

/** All that one run works with. */
export interface RunParts {
  readonly pair: SyncPair;
  readonly options: RunOptions;
  readonly journal: Journal;
  readonly trees: Trees;
  readonly policy: PlanPolicy;
  readonly leftOut: LeftOut;
  readonly problems: ProblemList;
  readonly tally: Tally;
  readonly emit: (event: SyncEvent) => void;
  readonly signal: AbortSignal;
  /** Where the change feed was read to. */
  cursor: string | undefined;
  /** Only there something may have changed on the disk since the last run; undefined: anywhere. */
  readonly changed: readonly TreePath[] | undefined;
  /** What was seen on the disk and is not synced. */
  localProblems: readonly LocalProblem[];
  /** The trees were touched: after an error they cannot be used any more. */
  touched: boolean;
  /** Nothing was ever agreed on: a missing remote folder is an empty one. */
  readonly first: boolean;
  /** Of the server; `''` where it cannot be told. */
  readonly epoch: string;
  /** The journal does not know all of the server: nothing of it may be passed over in the first look. */
  complete: boolean;
}

/** How a run went, but for what is counted elsewhere. */
export interface RunOutcome {
  readonly rounds: number;
  readonly observation: Observation;
  readonly lastPlan: Plan;
  /** Only with `planOnly`. */
  readonly steps?: readonly PlannedStep[];
  readonly didSomething: boolean;
}

/** One run: observes, plans and executes until nothing is left that can be done. One task decides. */
export class SyncRun {
  readonly #parts: RunParts;
  readonly #dirty = new Set<Item>();
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  readonly #lists: ChunkLists;
  #stop: Verdict | undefined;
  /** Something was not as it was when it was planned: look again. */
  #stale = false;
  /** Where to look again on the disk; undefined: everywhere. */
  #stalePaths: Set<TreePath> | undefined = new Set();
  /** Something was changed on a server with a change feed, which has not told it yet. */
  #unconfirmed = false;
  #lastCommit: number;
  #busy = 0;
  #lastRefusal: unknown;
  #didSomething = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#signal = AbortSignal.any([parts.signal, this.#abort.signal]);
    this.#lists = new ChunkLists(parts.pair.remote, this.#signal);
    this.#lastCommit = parts.pair.clock.monotonic();
  }

  /** @throws AppError the reason to stop; everything that was done until then is in the journal. */
  async work(): Promise<RunOutcome> {
    const { trees, policy, leftOut, problems, options, tally, emit, journal, pair } = this.#parts;
    let observation = await this.#observe(1, this.#parts.changed);
    if (options.respectBackoff === true) problems.holdUntilDue(trees);
    const brake = new MassChangeBrake(countAgreed(trees));
    for (let round = 1; round <= mostRounds; round += 1) {
      emit({ type: 'phase', phase: 'plan', round });
      leftOut.settle();
      pairNew(trees, policy);
      if (options.planOnly !== true) this.#commitAll();
      const next = plan(trees, policy, options.planOnly === true ? Number.POSITIVE_INFINITY : undefined);
      for (const conflict of next.conflicts) tally.conflict(conflict);
      if (options.planOnly !== true) journal.noteConflicts(pair.clock.now(), next.conflicts);
      const outcome = { rounds: round, observation, lastPlan: next, didSomething: this.#didSomething };
      if (options.planOnly === true)
        return { ...outcome, steps: next.ops.flatMap((op) => describeOp(op) ?? []) };
      if (next.ops.length === 0 && !this.#stale) {
        if (!this.#unconfirmed) return outcome;
        if (!(await this.#confirm())) return { ...outcome, rounds: round };
        continue;
      }
      if (next.ops.length > 0) {
        this.#brake(brake, next.ops);
        const ops = foldersLast(rulesFirst(next.ops));
        if (!(await this.#confirmFolders(ops))) continue;
        tally.plan(ops, round, next.later);
        emit({ type: 'phase', phase: 'execute', round });
        const rules = ops.some(changesRules);
        if (ops.some(({ kind }) => kind === 'move')) leftOut.moved();
        await this.#execute(ops, brake);
        if (rules) {
          this.#stale = true;
          this.#stalePaths = undefined;
        }
      }
      if (this.#stale) observation = await this.#observe(round, this.#takeStale());
      // Before the next portion: what the server tells of all of them at once would be too much.
      else if (next.later.files > 0) {
        if (this.#unconfirmed) await this.#confirm();
        packSettled(trees, this.#parts.journal.readBase);
      }
    }
    throw new AppError('internal', { message: 'Planning came to no end. Please report this.' });
  }

  #takeStale(): readonly TreePath[] | undefined {
    const paths = this.#stalePaths;
    this.#stalePaths = new Set();
    return paths === undefined ? undefined : [...paths];
  }

  async #observe(round: number, changed: readonly TreePath[] | undefined): Promise<Observation> {
    const { trees, pair, leftOut, emit, options, journal } = this.#parts;
    emit({ type: 'phase', phase: 'observe-local', round });
    emit({ type: 'phase', phase: 'observe-remote', round });
    leftOut.moved();
    this.#stale = false;
    const { folder, remote } = pair;
    const known = { ...this.#parts, changed, problems: this.#parts.localProblems };
    const onTake = () => {
      this.#parts.touched = true;
    };
    const seen = await observe(
      trees,
      folder,
      remote,
      known,
      journal.intents(),
      leftOut,
      this.#signal,
      onTake,
    );
    if (options.allowMassChange !== true) refuseEmptied(trees);
    this.#parts.cursor = seen.cursor;
    this.#parts.localProblems = seen.problems;
    this.#parts.complete = true;
    if (options.planOnly !== true) this.#commitAll();
    return seen;
  }

  /** What was observed goes into the journal together with the cursor, or not at all. */
  #commitAll(): void {
    const { journal, trees, cursor } = this.#parts;
    const changed: Item[] = [];
    for (const item of trees.items.values()) {
      if (isPacked(item)) continue;
      if (item.savedBase !== item.base || item.savedRemote !== item.remote) changed.push(item);
    }
    const meta = journal.meta();
    if (
      changed.length === 0 &&
      trees.removed.size === 0 &&
      trees.choices.changed.size === 0 &&
      meta.cursor === cursor
    )
      return;
    journal.commit(trees, changed, cursor === undefined ? { cursor: undefined } : { cursor });
  }

  #brake(brake: MassChangeBrake, ops: readonly Op[]): void {
    const steps = this.#parts.options.allowMassChange === true ? undefined : brake.check(ops);
    if (steps === undefined) return;
    const count = steps.reduce((sum, step) => sum + step.destroys, 0);
    const message = `${count} files would be removed or replaced, more than usual. Nothing of that was done. Look at the list and allow it to go on.`;
    throw new AppError('mass-change', { message, steps });
  }

  /**
   * Looks again right before folders are removed on the server. A change feed does not tell the new etag of every
   * folder: their etags are asked for, and then whether anything has changed up to that moment, so that the etag
   * stands for what was planned on. A server without folder etags is listed as a whole; it is all it can tell.
   * False when something has changed: plan again.
   */
  async #confirmFolders(ops: readonly Op[]): Promise<boolean> {
    const { pair } = this.#parts;
    const { discovery } = pair.remote.profile;
    const folders = ops.filter(removesRemoteFolder);
    if (discovery === 'etag-walk' || folders.length === 0) return true;
    for (const { item } of discovery === 'feed' ? folders : []) {
      const step = item.remote;
      const now = await pair.remote.stat(pathOf(item, 'remote'), this.#signal);
      if (step === undefined || now === undefined || now.id !== step.id) continue;
      item.remote = { ...step, etag: now.etag };
    }
    return !(await this.#confirm());
  }

  /**
   * What the server tells of the run's own changes: that it has them as they were meant (R6, R11), and from where to
   * go on next time. True when there is something else too: plan again.
   */
  async #confirm(): Promise<boolean> {
    const { trees, pair, leftOut } = this.#parts;
    this.#unconfirmed = false;
    const reading = await lookAtRemote(trees, pair.remote, { ...this.#parts, first: false }, this.#signal);
    const changed = readRemote(trees, withoutKnown(trees, reading), pair.remote.profile.stableIds);
    leftOut.moved();
    if (this.#parts.options.allowMassChange !== true) refuseEmptied(trees);
    this.#parts.cursor = reading.cursor;
    this.#commitAll();
    return changed;
  }

  async #execute(ops: readonly Op[], brake: MassChangeBrake): Promise<void> {
    const { trees, pair, policy, tally } = this.#parts;
    const { folder, remote, clock } = pair;
    const onBytes = (direction: 'up' | 'down', bytes: number) => tally.bytes(direction, bytes);
    const intend = (...intents: readonly Intent[]) => this.#intend(intents);
    const kept = new Map<Item, string>();
    const onKept = (item: Item, id: string) => kept.set(item, id);
    const context = {
      trees,
      folder,
      remote,
      clock,
      policy,
      agreed: new AgreedFiles(trees, ops),
      lists: this.#lists,
      signal: this.#signal,
      intend,
      onBytes,
      onKept,
    };
    const attempt = async (group: readonly Op[]): Promise<readonly Op[]> => {
      const before = new Map(group.map((op) => [op, lookBefore(op)]));
      const done: Op[] = [];
      await performGroup(context, group, (op, outcome) => {
        const was = before.get(op) ?? lookBefore(op);
        if ('error' in outcome) this.#failed(op, was, outcome.error);
        else {
          if (outcome.made !== undefined) this.#dirty.add(outcome.made);
          this.#busy = 0;
          this.#succeeded(op, was, brake, kept.get(op.item));
          done.push(op);
        }
        kept.delete(op.item);
        this.#flushIfDue();
      });
      return done;
    };
    const stopped = () => this.#stop !== undefined || this.#signal.aborted;
    await runBatch(ops, { attempt, stopped, limits: remote.batches });
    this.#flush();
    this.#parts.signal.throwIfAborted();
    if (this.#stop !== undefined) throw errorOf(this.#stop);
  }

  #succeeded(op: Op, before: BeforeOp, brake: MassChangeBrake, kept: string | undefined): void {
    const { tally, emit, journal, pair } = this.#parts;
    const { step } = before;
    this.#dirty.add(op.item);
    if (changesServer(op) && this.#parts.cursor !== undefined) this.#unconfirmed = true;
    tally.done(op, before.wasNew);
    if (op.kind !== 'adopt' && op.kind !== 'forget') this.#didSomething = true;
    if (step === undefined) return;
    brake.add(step.side, step.destroys);
    for (const line of linesOf(op, before, pair.clock.now(), kept)) journal.log(line);
    emit({ type: 'step', step, outcome: 'done' });
  }

  #failed(op: Op, before: BeforeOp, error: unknown): void {
    const { problems, emit, journal, pair } = this.#parts;
    const { step } = before;
    // A failed upload may have left something to remember.
    this.#dirty.add(op.item);
    const verdict = judgeError(error, this.#signal);
    const outcome = verdict.kind === 'drop' ? 'dropped' : 'failed';
    if (step !== undefined && verdict.code !== 'aborted') {
      const line = lineOfFailure(op, before, pair.clock.now(), { outcome, code: verdict.code, error });
      if (line !== undefined) journal.log(line);
      emit({ type: 'step', step, outcome });
    }
    if (verdict.kind === 'stop' || this.#isOverloaded(verdict.code, error)) {
      this.#stop ??= { ...verdict, kind: 'stop' };
      this.#abort.abort();
      return;
    }
    if (verdict.kind === 'drop') {
      this.#stale = true;
      for (const path of localPathsOf(op)) this.#stalePaths?.add(path);
    }
    const again =
      verdict.kind === 'drop' || verdict.code === 'upload-damaged' || verdict.code === 'download-damaged';
    if (again && problems.mayRetry(op.item)) return;
    const message = verdict.kind === 'drop' ? 'It keeps changing while it is synced.' : verdict.message;
    const problem = problems.fail(op.item, step?.side ?? 'local', verdict.code, message);
    emit({ type: 'problem', problem });
  }

  /** A server that refuses one request after the other is left in peace. */
  #isOverloaded(code: ErrorCode, error: unknown): boolean {
    if (code !== 'unavailable' && code !== 'too-many-requests') return false;
    // One refusal of a batch is told for each file in it.
    if (error !== this.#lastRefusal) this.#busy += 1;
    this.#lastRefusal = error;
    return this.#busy >= 10;
  }

  #flushIfDue(): void {
    const now = this.#parts.pair.clock.monotonic();
    if (this.#dirty.size < opsPerCommit && now - this.#lastCommit < msPerCommit) return;
    this.#lastCommit = now;
    this.#flush();
  }

  #flush(): void {
    this.#parts.journal.commit(this.#parts.trees, this.#dirty);
    this.#dirty.clear();
  }

  #intend(intents: readonly Intent[]): void {
    // What an earlier step has agreed on about the same item must not end this one.
    if (intents.some(({ item }) => this.#dirty.has(item))) this.#flush();
    this.#parts.journal.intend(...intents);
  }
}

function changesServer(op: Op): boolean {
  return op.kind === 'upload' || ('side' in op && op.side === 'remote');
}

function errorOf({ code, message, retryAfterSeconds, answer }: Verdict): AppError {
  return new AppError(code, {
    message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(answer === undefined ? {} : { answer }),
  });
}

/** Where an operation has or wants something on the disk. */
function localPathsOf(op: Op): TreePath[] {
  const paths = [pathOf(op.item, 'local')];
  if ('place' in op && op.place !== undefined)
    paths.push(childOf(pathOf(op.place.parent, 'local'), op.place.lname));
  if (op.kind === 'move' && op.side === 'local')
    paths.push(childOf(pathOf(op.to.parent, 'local'), op.to.name));
  if (op.kind === 'set-aside' && op.item.local !== undefined)
    paths.push(childOf(pathOf(op.item.local.parent, 'local'), op.name));
  return paths;
}

function removesRemoteFolder(op: Op): boolean {
  return op.kind === 'delete' && op.side === 'remote' && op.item.folder;
}

/** Folders are removed on the server only when nothing else is left to do: so the look before it is a fresh one. */
function foldersLast(ops: readonly Op[]): readonly Op[] {
  const folders = new Set(ops.filter(removesRemoteFolder));
  const inThem = new Set([...folders].flatMap((op) => op.needs));
  const others = ops.filter((op) => !folders.has(op) && !inThem.has(op));
  return others.length > 0 ? others : ops;
}

function countAgreed(trees: Trees): number {
  let files = 0;
  for (const item of trees.items.values())
    if (isPacked(item) || (!item.folder && item.base !== undefined)) files += 1;
  return files;
}
