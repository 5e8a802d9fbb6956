import { AppError } from '@holdfast/base';
import { type NodeRow, type Query, rows } from '@holdfast/db';
import type { Actor } from './files.ts';
import type { Place } from './find-place.ts';

/** What an actor may see of a node: all, the empty way to something else, or nothing. */
export type Visibility = 'full' | 'shell' | 'hidden';

/** What an actor's limit to some nodes (`within`) means for the tree. */
export interface Sight {
  /** Of a node, by the ids from the root down to it. */
  of(chain: readonly { readonly id: number }[]): Visibility;
}

const everything: Sight = { of: () => 'full' };

/** Looks up the ways to the nodes an actor is limited to. */
export async function sightOf(query: Query, actor: Actor): Promise<Sight> {
  if (actor.within === undefined) return everything;
  const within = new Set<number>(actor.within);
  const ways = await rows<{ id: number }>(
    query,
    `WITH RECURSIVE up(id) AS (
       SELECT value FROM json_each(?)
       UNION SELECT n.parent_id FROM nodes n JOIN up ON n.id = up.id WHERE n.parent_id IS NOT NULL
     ) SELECT id FROM up`,
    JSON.stringify(actor.within),
  );
  const shells = new Set(ways.map((way) => way.id));
  return {
    of(chain) {
      if (chain.some((node) => within.has(node.id))) return 'full';
      const last = chain.at(-1);
      return last !== undefined && shells.has(last.id) ? 'shell' : 'hidden';
    },
  };
}

/** @throws AppError `forbidden` when the actor lacks one of the rights. */
export function requireRights(actor: Actor, ...rights: readonly ('read' | 'write' | 'delete')[]): void {
  for (const right of rights) {
    if (!actor[right]) throw new AppError('forbidden', { right });
  }
}

/** The node at a place, when the actor may see it at all. @throws AppError `not-found`. */
export function requireVisible(place: Place, sight: Sight): { node: NodeRow; visibility: 'full' | 'shell' } {
  const visibility = place.node === undefined ? 'hidden' : sight.of(place.chain);
  if (place.node === undefined || visibility === 'hidden') throw new AppError('not-found');
  return { node: place.node, visibility };
}

/** The node at a place, when the actor may change it. @throws AppError `not-found`, `forbidden`. */
export function requireFull(place: Place, sight: Sight): NodeRow {
  const { node, visibility } = requireVisible(place, sight);
  if (visibility === 'shell')
    throw new AppError('forbidden', { reason: 'outside of what this token may use' });
  return node;
}

/**
 * The folder that holds, or is to hold, what is at a place, when the actor may change what is in it.
 * @throws AppError `parent-missing`, `not-a-folder`, `forbidden`.
 */
export function requireParent(place: Place, sight: Sight): NodeRow {
  const { parent } = place;
  const visibility = parent === undefined ? 'hidden' : sight.of(place.chain.slice(0, place.names.length));
  if (parent === undefined || visibility === 'hidden') throw new AppError('parent-missing');
  if (visibility === 'shell')
    throw new AppError('forbidden', { reason: 'outside of what this token may use' });
  if (parent.folder === 0) throw new AppError('not-a-folder');
  return parent;
}
