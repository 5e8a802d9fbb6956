import { AppError, randomUuid, type TreePath } from '@holdfast/base';
import { type LockRow, run } from '@holdfast/db';
import type { XmlElement } from '@holdfast/protocol';
import { checkGuard } from './check-guard.ts';
import type { Actor, Files, Guard, Lock } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import { idsOf, openScene, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { receiveContent } from './receive-content.ts';
import { requireFull, requireRights, sightOf } from './sight.ts';
import { loadLocks, type PlacedLock, submittedTokens } from './tree-locks.ts';
import { putContent } from './write-file.ts';

type LockRequest = Parameters<Files['lock']>[2];

/** `Files.lock`. */
export async function lockNode(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  request: LockRequest,
): Promise<{ lock: Lock; created: boolean }> {
  requireRights(actor, 'write');
  const empty = await receiveContent(parts, nothing(), {}, async () => 0);
  return parts.db.write(async (query) => {
    let scene = await openScene(parts, query, actor, path);
    const created = scene.place.node === undefined;
    if (created) {
      // RFC 4918 §7.3: locking an unused name makes an empty resource, in the same step.
      await putContent(parts, query, actor, path, empty, request);
      scene = await openScene(parts, query, actor, path);
    } else {
      requireFull(scene.place, scene.sight);
      await checkGuard(scene, scene.place, request);
    }
    requireNoConflict(scene, request);
    if (scene.locks.all.length >= parts.limits.locks) {
      throw new AppError('too-many-requests', {
        message: 'Too many locks in this account. Give some up first.',
      });
    }
    const row: LockRow = {
      token: `urn:uuid:${randomUuid(parts.random)}`,
      root_id: scene.rootId,
      node_id: idsOf(scene.place).at(-1) ?? scene.rootId,
      scope: request.scope,
      depth: scene.place.node?.folder === 1 ? request.depth : '0',
      owner: request.owner === undefined ? null : JSON.stringify(request.owner),
      user_id: actor.userId,
      expires_at: scene.now + 1000 * boundedSeconds(parts, request.timeoutSeconds),
    };
    await run(
      query,
      `INSERT INTO locks (token, root_id, node_id, scope, depth, owner, user_id, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      row.token,
      row.root_id,
      row.node_id,
      row.scope,
      row.depth,
      row.owner,
      row.user_id,
      row.expires_at,
    );
    return { lock: toLock({ row, ids: [], path: scene.place.path }, scene.now), created };
  });
}

/** RFC 4918 §6.1 and §9.10.5: nothing beside an exclusive lock. */
function requireNoConflict(scene: Scene, request: LockRequest): void {
  const ids = idsOf(scene.place);
  const near = scene.locks.covering(ids);
  const id = ids.at(-1);
  if (request.depth === 'infinity' && id !== undefined) near.push(...scene.locks.below(id));
  const conflicting = near.filter(({ row }) => request.scope === 'exclusive' || row.scope === 'exclusive');
  if (conflicting.length === 0) return;
  throw new AppError('locked', { hrefs: [...new Set(conflicting.map((lock) => lock.path))].sort() });
}

/** `Files.refreshLock`. */
export async function refreshNodeLock(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  options: Guard & { timeoutSeconds: number },
): Promise<Lock> {
  requireRights(actor, 'write');
  return parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, path);
    requireFull(scene.place, scene.sight);
    await checkGuard(scene, scene.place, options);
    const tokens = submittedTokens(options);
    const lock = scene.locks
      .covering(idsOf(scene.place))
      .find(({ row }) => tokens.has(row.token) && row.user_id === actor.userId);
    if (lock === undefined) throw new AppError('precondition-failed', { reason: 'no such lock here' });
    const expires = scene.now + 1000 * boundedSeconds(parts, options.timeoutSeconds);
    await run(query, 'UPDATE locks SET expires_at = ? WHERE token = ?', expires, lock.row.token);
    return toLock({ ...lock, row: { ...lock.row, expires_at: expires } }, scene.now);
  });
}

/** `Files.unlock`. */
export async function unlockNode(parts: Parts, actor: Actor, path: TreePath, token: string): Promise<void> {
  requireRights(actor, 'write');
  await parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, path);
    requireFull(scene.place, scene.sight);
    const lock = scene.locks.covering(idsOf(scene.place)).find(({ row }) => row.token === token);
    if (lock === undefined) throw new AppError('lock-token-mismatch');
    if (lock.row.user_id !== actor.userId)
      throw new AppError('forbidden', { reason: "somebody else's lock" });
    await run(query, 'DELETE FROM locks WHERE token = ?', token);
  });
}

/** `Files.locks`. */
export async function locksAt(
  parts: Parts,
  actor: Actor,
  paths: readonly TreePath[],
): Promise<ReadonlyMap<TreePath, readonly Lock[]>> {
  requireRights(actor, 'read');
  const now = parts.clock.now();
  return parts.db.read(async (query) => {
    const out = new Map<TreePath, readonly Lock[]>();
    const root = (await findPlace(query, actor.userId, [])).chain[0];
    const locks = await loadLocks(query, root?.id ?? 0, now);
    if (locks.all.length === 0) return out;
    const sight = await sightOf(query, actor);
    for (const path of paths) {
      const here = locks.at(path);
      if (here.length === 0) continue;
      const place = await findPlace(query, actor.userId, lookupNames(path) ?? []);
      if (place.node !== undefined && sight.of(place.chain) === 'full') {
        out.set(
          path,
          here.map((lock) => toLock(lock, now)),
        );
      }
    }
    return out;
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function boundedSeconds(parts: Parts, seconds: number): number {
  return Math.max(1, Math.min(parts.limits.lockSeconds, Math.floor(seconds) || 1));
}

function toLock({ row, path }: PlacedLock, now: number): Lock {
  return {
    token: row.token,
    root: path,
    scope: row.scope,
    depth: row.depth,
    owner: row.owner === null ? undefined : (JSON.parse(row.owner) as XmlElement),
    userId: row.user_id,
    timeout: Math.max(0, Math.ceil((row.expires_at - now) / 1000)),
  };
}
