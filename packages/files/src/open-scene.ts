import type { TreePath } from '@holdfast/base';
import { type Query, row } from '@holdfast/db';
import { type Mtime, mtimeFromMs } from '@holdfast/protocol';
import type { GuardScene } from './check-guard.ts';
import type { Actor } from './files.ts';
import { findPlace, type Place } from './find-place.ts';
import { checkedNames } from './names.ts';
import type { Parts } from './parts.ts';
import { sightOf } from './sight.ts';
import { loadLocks, TreeLocks } from './tree-locks.ts';

/** All that an operation needs to know before it changes something; read inside its transaction. */
export interface Scene extends GuardScene {
  readonly parts: Parts;
  readonly place: Place;
  readonly rootId: number;
  /** Bytes the account may hold; undefined for no limit. */
  readonly quota: number | undefined;
  readonly used: number;
  readonly now: number;
  readonly at: Mtime;
}

const treeState = `
  SELECT EXISTS (SELECT 1 FROM locks WHERE root_id = ?1 AND expires_at > ?2) AS locked,
    CASE WHEN EXISTS (SELECT 1 FROM users WHERE id = ?3) THEN (SELECT quota FROM users WHERE id = ?3)
      ELSE (SELECT quota FROM roots WHERE user_id = ?3) END AS quota`;

/** Looks at the place of a change: at most one query more than the way there, when no locks are about. */
export async function openScene(parts: Parts, query: Query, actor: Actor, path: TreePath): Promise<Scene> {
  const place = await findPlace(query, actor.userId, checkedNames(path, parts.limits));
  const root = place.chain[0];
  const rootId = root?.id ?? 0;
  const now = parts.clock.now();
  const state = await row<{ locked: number; quota: number | null }>(
    query,
    treeState,
    rootId,
    now,
    actor.userId,
  );
  return {
    parts,
    query,
    actor,
    place,
    rootId,
    epoch: parts.identity.epoch,
    sight: await sightOf(query, actor),
    locks: state?.locked === 1 ? await loadLocks(query, rootId, now) : TreeLocks.none,
    quota: state?.quota ?? undefined,
    used: root?.size ?? 0,
    now,
    at: mtimeFromMs(now),
  };
}

/** The chain of ids down to what is at a place. */
export function idsOf(place: Place): number[] {
  return place.chain.slice(0, place.names.length + 1).map((node) => node.id);
}

/** The chain of ids down to the folder a place is in. */
export function parentIdsOf(place: Place): number[] {
  return place.chain.slice(0, place.names.length).map((node) => node.id);
}
