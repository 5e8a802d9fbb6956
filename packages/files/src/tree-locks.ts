import { AppError, childOf, isWithin, type TreePath } from '@holdfast/base';
import { type LockRow, type Query, rows } from '@holdfast/db';
import type { Actor, Guard } from './files.ts';

/** A live lock, with the way to what it locks. */
export interface PlacedLock {
  readonly row: LockRow;
  /** Ids from the root down to the locked node. */
  readonly ids: readonly number[];
  readonly path: TreePath;
}

/** The live locks of one tree (RFC 4918 §6 and §7). */
export class TreeLocks {
  static readonly none: TreeLocks = new TreeLocks([]);

  readonly all: readonly PlacedLock[];

  constructor(all: readonly PlacedLock[]) {
    this.all = all;
  }

  /** Those that hold for the node with this chain of ids: its own, and those inherited from above. */
  covering(ids: readonly number[]): PlacedLock[] {
    const last = ids.at(-1);
    return this.all.filter(
      ({ row }) => row.node_id === last || (row.depth === 'infinity' && ids.includes(row.node_id)),
    );
  }

  /** Those taken on nodes below `id`. */
  below(id: number): PlacedLock[] {
    return this.all.filter(({ row, ids }) => row.node_id !== id && ids.includes(id));
  }

  /** Those that hold at a path. */
  at(path: TreePath): PlacedLock[] {
    const key = path.normalize('NFC');
    return this.all.filter(({ row, path: locked }) => {
      const root = locked.normalize('NFC');
      return row.depth === 'infinity' ? isWithin(key, root) : key === root;
    });
  }
}

const lockChains = `
  WITH RECURSIVE up(token, id, name, parent_id, height) AS (
    SELECT l.token, n.id, n.name, n.parent_id, 0 FROM locks l JOIN nodes n ON n.id = l.node_id
      WHERE l.root_id = ? AND l.expires_at > ?
    UNION ALL
    SELECT up.token, n.id, n.name, n.parent_id, up.height + 1 FROM up JOIN nodes n ON n.id = up.parent_id
  ) SELECT token, id, name, parent_id FROM up ORDER BY token, height DESC`;

/** Loads the live locks of a tree and where they are. */
export async function loadLocks(query: Query, rootId: number, now: number): Promise<TreeLocks> {
  const found = await rows<LockRow>(
    query,
    'SELECT * FROM locks WHERE root_id = ? AND expires_at > ? ORDER BY token',
    rootId,
    now,
  );
  if (found.length === 0) return TreeLocks.none;
  const steps = await rows<{ token: string; id: number; name: string; parent_id: number | null }>(
    query,
    lockChains,
    rootId,
    now,
  );
  const placed = new Map(found.map((row) => [row.token, { row, ids: [] as number[], path: '' }]));
  for (const step of steps) {
    const lock = placed.get(step.token);
    if (lock === undefined) continue;
    lock.ids.push(step.id);
    if (step.parent_id !== null) lock.path = childOf(lock.path, step.name);
  }
  return new TreeLocks([...placed.values()]);
}

/** Every lock token a request has submitted, wherever it stood (RFC 4918 §10.4.1). */
export function submittedTokens(guard: Guard): ReadonlySet<string> {
  const tokens = new Set(guard.lockTokens);
  for (const list of guard.ifLists ?? []) {
    for (const { token } of list.conditions) if (token !== undefined) tokens.add(token);
  }
  return tokens;
}

/**
 * Passes when each of the resources, given by its chain of ids, is unlocked, or one of the locks that hold for it is
 * the actor's own and its token was submitted.
 * @throws AppError `locked` with the paths of the locks in `details.hrefs`.
 */
export function requireUnlocked(
  locks: TreeLocks,
  actor: Actor,
  tokens: ReadonlySet<string>,
  ...resources: readonly (readonly number[])[]
): void {
  const offending = new Set<TreePath>();
  for (const ids of resources) {
    const covering = locks.covering(ids);
    if (covering.some(({ row }) => row.user_id === actor.userId && tokens.has(row.token))) continue;
    for (const lock of covering) offending.add(lock.path);
  }
  if (offending.size > 0) throw new AppError('locked', { hrefs: [...offending].sort() });
}

/** As `requireUnlocked`, for a node and everything below it. */
export function requireTreeUnlocked(
  locks: TreeLocks,
  actor: Actor,
  tokens: ReadonlySet<string>,
  ids: readonly number[],
): void {
  const id = ids.at(-1);
  const below = id === undefined ? [] : locks.below(id).map((lock) => lock.ids);
  requireUnlocked(locks, actor, tokens, ids, ...below);
}
