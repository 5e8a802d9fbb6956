import { AppError, childOf, type TreePath } from '@holdfast/base';
import { type ChangesTable, type NodeRow, type Query, rows } from '@holdfast/db';
import type { Actor, ChangePage, Files, NodeId, TreeChange } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import { type Ancestry, AncestryLoader } from './node-ancestry.ts';
import type { Parts } from './parts.ts';
import { lastSeq } from './sequence.ts';
import { requireRights, requireVisible, type Sight, sightOf } from './sight.ts';
import { formatSyncToken, requireSyncToken } from './sync-token.ts';
import { toShell, toTreeNode } from './tree-node.ts';

type Options = Parameters<Files['changes']>[2];

/** Rows looked at in one go at most, and entries of a page when no limit is given. */
const largestBatch = 1000;
const defaultLimit = 10_000;

/** `Files.syncToken`. */
export async function currentSyncToken(parts: Parts, actor: Actor): Promise<string> {
  requireRights(actor, 'read');
  const seq = await parts.db.read((query) => lastSeq(query));
  return formatSyncToken(parts.identity.epoch, seq);
}

/** `Files.changes`. */
export async function readChanges(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  options: Options,
): Promise<ChangePage> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  return parts.db.read(async (query) => {
    const last = await lastSeq(query);
    const { since } = options;
    const start = since === undefined ? 0 : requireSyncToken(since, parts.identity.epoch, last);
    const place = await findPlace(query, actor.userId, names);
    const sight = await sightOf(query, actor);
    const { node } = requireVisible(place, sight);
    if (node.folder === 0) throw new AppError('not-a-folder');
    if (start === last)
      return { changes: [], token: formatSyncToken(parts.identity.epoch, last), truncated: false };
    return new FeedReader(parts, query, actor, node, sight, options, start, last).page();
  });
}

/** A step of the feed: a node in its present state, or a departure. */
type Step =
  | { readonly seq: number; readonly node: NodeRow }
  | { readonly seq: number; readonly departure: ChangesTable };

/**
 * Reads one page. A node stands in the feed once, at its last change (`changed_seq`), so that nothing that changes
 * while a client pages is missed or told twice; departures stand in `changes`.
 */
class FeedReader {
  readonly #parts: Parts;
  readonly #query: Query;
  readonly #actor: Actor;
  readonly #scope: NodeRow;
  readonly #sight: Sight;
  readonly #options: Options;
  readonly #start: number;
  readonly #last: number;
  readonly #limit: number;
  readonly #batchSize: number;
  readonly #ancestry: AncestryLoader;
  readonly #changes: TreeChange[] = [];
  readonly #told = new Set<number>();

  constructor(
    parts: Parts,
    query: Query,
    actor: Actor,
    scope: NodeRow,
    sight: Sight,
    options: Options,
    start: number,
    last: number,
  ) {
    this.#parts = parts;
    this.#query = query;
    this.#actor = actor;
    this.#scope = scope;
    this.#sight = sight;
    this.#options = options;
    this.#start = start;
    this.#last = last;
    this.#limit = Math.max(1, options.limit ?? defaultLimit);
    this.#batchSize = Math.min(largestBatch, this.#limit + 1);
    this.#ancestry = new AncestryLoader(query);
  }

  async page(): Promise<ChangePage> {
    let position = this.#start;
    while (position < this.#last) {
      const steps = await this.#nextSteps(position);
      if (steps.length === 0) break;
      await this.#prepare(steps);
      for (const step of steps) {
        if (this.#changes.length >= this.#limit) return this.#result(position, true);
        if ('node' in step) await this.#tellNode(step.node);
        else await this.#tellDeparture(step.departure);
        position = step.seq;
      }
    }
    return this.#result(this.#last, false);
  }

  #result(seq: number, truncated: boolean): ChangePage {
    return { changes: this.#changes, token: formatSyncToken(this.#parts.identity.epoch, seq), truncated };
  }

  async #nextSteps(after: number): Promise<Step[]> {
    const nodes = await rows<NodeRow>(
      this.#query,
      'SELECT * FROM nodes WHERE root_id = ? AND changed_seq > ? ORDER BY changed_seq LIMIT ?',
      this.#scope.root_id,
      after,
      this.#batchSize,
    );
    // Who starts from nothing need not hear of what is gone already.
    const departures =
      this.#options.since === undefined
        ? []
        : await rows<ChangesTable>(
            this.#query,
            'SELECT * FROM changes WHERE root_id = ? AND seq > ? ORDER BY seq LIMIT ?',
            this.#scope.root_id,
            after,
            this.#batchSize,
          );
    const steps: Step[] = [
      // A departure goes before the arrival that has the same number.
      ...departures.map((departure) => ({ seq: departure.seq, departure })),
      ...nodes.map((node) => ({ seq: node.changed_seq, node })),
    ].sort((a, b) => a.seq - b.seq);
    const cut = Math.min(
      this.#endOf(nodes.map((node) => node.changed_seq)),
      this.#endOf(departures.map((gone) => gone.seq)),
    );
    return steps.filter((step) => step.seq <= cut);
  }

  async #prepare(steps: readonly Step[]): Promise<void> {
    const departed = steps.flatMap((step) => ('departure' in step ? [step.departure.node_id] : []));
    const present = steps.flatMap((step) => ('node' in step ? [step.node] : []));
    await this.#ancestry.load(departed, present);
  }

  async #tellNode(node: NodeRow): Promise<void> {
    if (node.id === this.#scope.id || this.#told.has(node.id)) return;
    const above = this.#ancestry.of(node);
    const change = this.#present(node, above);
    if (change === undefined) return;
    this.#told.add(node.id);
    // A folder that changed after what is in it goes first all the same: nobody has to take in a path without it.
    for (const id of above.ids.slice(above.ids.indexOf(this.#scope.id) + 1)) {
      const folder = this.#ancestry.folder(id);
      if (folder !== undefined && folder.changed_seq > node.changed_seq) await this.#tellNode(folder);
    }
    this.#changes.push(change);
    if (node.folder === 1 && this.#options.since !== undefined) await this.#tellArrivedBelow(node);
  }

  /** What is below a folder that came in from outside, or that moved when the client wants all paths anew. */
  async #tellArrivedBelow(folder: NodeRow): Promise<void> {
    if (this.#options.depth === '1' || folder.created_seq > this.#start) return;
    const moves = await this.#departuresOf(folder.id);
    const fromOutside = moves.some((move) => !this.#wasInScope(move));
    if (!fromOutside && (moves.length === 0 || this.#options.expandMoves !== true)) return;
    const below = await rows<NodeRow>(
      this.#query,
      `WITH RECURSIVE sub(id) AS (
         SELECT id FROM nodes WHERE parent_id = ? UNION ALL SELECT n.id FROM nodes n JOIN sub ON n.parent_id = sub.id
       ) SELECT n.* FROM sub JOIN nodes n ON n.id = sub.id`,
      folder.id,
    );
    await this.#ancestry.load([], below);
    for (const node of below) {
      const change = this.#told.has(node.id) ? undefined : this.#present(node, this.#ancestry.of(node));
      if (change === undefined) continue;
      this.#told.add(node.id);
      this.#changes.push(change);
    }
  }

  #present(node: NodeRow, above: Ancestry): TreeChange | undefined {
    const scopeAt = above.ids.indexOf(this.#scope.id);
    if (scopeAt < 0) return undefined;
    if (this.#options.depth === '1' && node.parent_id !== this.#scope.id) return undefined;
    const visibility = this.#sight.of([...above.ids, node.id].map((id) => ({ id })));
    if (visibility === 'hidden') return undefined;
    const show = visibility === 'full' ? toTreeNode : toShell;
    const path = childOf(above.path, node.name);
    return { type: 'present', node: show(node, path, this.#parts.identity.epoch) };
  }

  async #tellDeparture(gone: ChangesTable): Promise<void> {
    if (!this.#wasInScope(gone)) return;
    // Whoever made it knows it without having heard of it; what took its place tells enough.
    if (gone.created_seq > this.#start && (await this.#isTaken(gone.path))) return;
    const now = this.#ancestry.ofId(gone.node_id);
    const stays = now !== undefined && this.#present(now.row, now.above) !== undefined;
    if (!stays) {
      if (!this.#told.has(gone.node_id)) this.#tellGone(gone);
      this.#told.add(gone.node_id);
    } else if (await this.#wasAway(gone)) {
      // While it was away, things may have gone from it that nobody told: it is told anew, with all below.
      this.#tellGone(gone);
    } else if (this.#options.expandMoves === true && !(await this.#isTaken(gone.path))) {
      this.#tellGone(gone);
    }
  }

  #tellGone(gone: ChangesTable): void {
    this.#changes.push({ type: 'gone', id: gone.node_id as NodeId, path: gone.path });
  }

  /** Whether a node that is in the scope was out of it since the client last asked. */
  async #wasAway(node: { root_id: number; node_id: number }): Promise<boolean> {
    // Nothing is outside of the whole tree.
    if (this.#scope.parent_id === null && this.#actor.within === undefined && this.#options.depth !== '1')
      return false;
    const departures = await this.#departuresOf(node.node_id);
    return departures.some((departure) => !this.#wasInScope(departure));
  }

  #departuresOf(nodeId: number): Promise<ChangesTable[]> {
    return rows<ChangesTable>(
      this.#query,
      'SELECT * FROM changes WHERE node_id = ? AND seq > ? ORDER BY seq',
      nodeId,
      this.#start,
    );
  }

  async #isTaken(path: TreePath): Promise<boolean> {
    const place = await findPlace(this.#query, this.#actor.userId, lookupNames(path) ?? []);
    return place.node !== undefined;
  }

  #wasInScope(gone: ChangesTable): boolean {
    const ids = gone.ancestors.split('/').filter(Boolean).map(Number);
    if (!ids.includes(this.#scope.id)) return false;
    if (this.#options.depth === '1' && gone.parent_id !== this.#scope.id) return false;
    return this.#sight.of([...ids, gone.node_id].map((id) => ({ id }))) !== 'hidden';
  }

  /** Up to where a batch that may be cut off is complete. */
  #endOf(seqs: readonly number[]): number {
    return seqs.length < this.#batchSize ? Number.POSITIVE_INFINITY : (seqs.at(-1) ?? 0);
  }
}
