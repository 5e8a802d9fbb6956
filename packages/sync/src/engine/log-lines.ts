import { answerOf } from '../execute/answer-of.ts';
import type { LogLine } from '../journal/log-table.ts';
import { describeOp } from '../plan/describe-op.ts';
import type { Op } from '../plan/op.ts';
import { type Item, pathOf } from '../trees/item.ts';
import type { PlannedStep } from './events.ts';

/** What has to be known of an operation before it is carried out, to tell afterwards what it has done. */
export interface BeforeOp {
  readonly step: PlannedStep | undefined;
  /** Nothing was agreed on about the item. */
  readonly wasNew: boolean;
  readonly sha: string | undefined;
  /** What goes with a folder in one call, the innermost first and without the folder itself. */
  readonly below: readonly Pick<LogLine, 'path' | 'target' | 'key' | 'sha'>[];
}

/** Looks at an operation right before it is carried out. */
export function lookBefore(op: Op): BeforeOp {
  const { item } = op;
  const below = op.kind === 'delete' && op.below.length > 1 ? op.below : [];
  return {
    step: describeOp(op),
    wasNew: item.base === undefined,
    sha: shaBefore(op),
    below: below
      .filter((one) => one !== item)
      .map((one) => ({ ...placeOf(one), key: keyOf(one), sha: agreedSha(one) }))
      .reverse(),
  };
}

/** The lines of an operation that was carried out. `kept`: the version that it has put into the history. */
export function linesOf(op: Op, before: BeforeOp, at: number, kept: string | undefined): LogLine[] {
  const { step, sha, below } = before;
  if (step === undefined) return [];
  const { kind, side, path } = step;
  const facts = { at, kind, side, code: undefined, outcome: 'done' } as const;
  const made = kind === 'delete' ? undefined : agreedSha(op.item);
  const key = keyOf(op.item);
  const gone = kind === 'delete' && side === 'remote' ? placeOf(op.item).target : undefined;
  const own: LogLine = { ...facts, path, target: step.to ?? gone, key, sha, made, kept };
  return [...below.map((one) => ({ ...facts, ...one })), own];
}

/** The line of an operation that was not carried out, with what the other side has said. */
export function lineOfFailure(
  op: Op,
  { step, sha }: BeforeOp,
  at: number,
  { outcome, code, error }: { outcome: 'dropped' | 'failed'; code: string; error: unknown },
): LogLine | undefined {
  if (step === undefined) return undefined;
  const { kind, side, path, to: target } = step;
  const { savedBase, savedRemote } = op.item;
  const key = savedBase === undefined && savedRemote === undefined ? undefined : op.item.key;
  return { at, kind, side, path, target, outcome, code, key, sha, answer: answerOf(error) };
}

/** The bytes that were there before; `''` for folders. */
function shaBefore({ kind, item }: Op): string | undefined {
  if (item.folder) return '';
  const { local, remote, base } = item;
  if (kind === 'upload') return remote === undefined ? undefined : hash(base?.sha ?? remote.sha);
  if (kind === 'download') return local === undefined ? undefined : hash(local.sha ?? base?.sha);
  if (kind === 'delete') return agreedSha(item);
  return hash(local?.sha ?? base?.sha);
}

function agreedSha({ folder, base, local, remote }: Item): string | undefined {
  return folder ? '' : hash(base?.sha ?? local?.sha ?? remote?.sha);
}

function hash(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

/** A key says something only where it stays the item's own. */
function keyOf({ key, base, remote }: Item): number | undefined {
  return base === undefined && remote === undefined ? undefined : key;
}

/** Where something is on the server, and where it was here when it had another name. */
function placeOf(item: Item): { readonly path: string; readonly target: string | undefined } {
  const path = pathOf(item, 'remote');
  const { base } = item;
  if (base === undefined) return { path, target: undefined };
  const parent = pathOf(base.local.parent, 'local');
  const here = parent === '' ? base.local.name : `${parent}/${base.local.name}`;
  return { path, target: here === path ? undefined : here };
}
