import { AppError } from '@holdfast/base';
import type { Query } from '@holdfast/db';
import type { Actor, Guard, IfList } from './files.ts';
import { findPlace, type Place } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Sight } from './sight.ts';
import { seqOfSyncToken } from './sync-token.ts';
import type { TreeLocks } from './tree-locks.ts';
import { etagOf } from './tree-node.ts';

/** What a guard is checked against. */
export interface GuardScene {
  readonly query: Query;
  readonly actor: Actor;
  readonly sight: Sight;
  readonly locks: TreeLocks;
  readonly epoch: string;
}

/**
 * Checks the conditions of a request for the resource at `place` (RFC 9110 §13, RFC 4918 §10.4), except whether
 * locks let it pass.
 * @throws AppError `precondition-failed`.
 */
export async function checkGuard(scene: GuardScene, place: Place, guard: Guard): Promise<void> {
  const node = place.node !== undefined && scene.sight.of(place.chain) !== 'hidden' ? place.node : undefined;
  const etag = node && etagOf(node, scene.epoch);
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince, ifLists } = guard;
  if (ifMatch !== undefined && !matches(ifMatch, etag)) throw failed('If-Match', etag);
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) throw failed('If-None-Match', etag);
  // RFC 9110 §13.1.4: ignored where If-Match is there.
  if (ifMatch === undefined && ifUnmodifiedSince !== undefined && node && node.mtime_s > ifUnmodifiedSince) {
    throw failed('If-Unmodified-Since', etag);
  }
  if (ifLists === undefined || ifLists.length === 0) return;
  for (const list of ifLists) {
    if (await listHolds(scene, list)) return;
  }
  throw failed('If', etag);
}

function matches(wanted: '*' | readonly string[], etag: string | undefined): boolean {
  return etag !== undefined && (wanted === '*' || wanted.includes(etag));
}

function failed(header: string, etag: string | undefined): AppError {
  return new AppError('precondition-failed', { header, etag });
}

async function listHolds(scene: GuardScene, list: IfList): Promise<boolean> {
  const names = lookupNames(list.path);
  const place = names && (await findPlace(scene.query, scene.actor.userId, names));
  const visible = place !== undefined && scene.sight.of(place.chain) !== 'hidden';
  const node = visible ? place.node : undefined;
  const etag = node && etagOf(node, scene.epoch);
  const covering = visible ? scene.locks.at(place.path) : [];
  return list.conditions.every((condition) => {
    let holds = condition.etag !== undefined || condition.token !== undefined;
    if (condition.etag !== undefined) holds &&= condition.etag === etag;
    if (condition.token !== undefined) {
      const { token } = condition;
      // A sync token is a state token too (RFC 6578 §5): it holds while nothing below has changed.
      const seq = seqOfSyncToken(token, scene.epoch);
      const unchanged = seq !== undefined && node?.folder === 1 && node.etag_seq <= seq;
      holds &&= unchanged || covering.some(({ row }) => row.token === token);
    }
    return holds !== condition.not;
  });
}
