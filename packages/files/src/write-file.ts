import { AppError, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, run } from '@holdfast/db';
import { checkGuard } from './check-guard.ts';
import { checkTimes } from './check-times.ts';
import type { Actor, WriteOptions, WriteResult } from './files.ts';
import type { Place } from './find-place.ts';
import { whileStoring } from './maintenance/store-lease.ts';
import { idsOf, openScene, parentIdsOf, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { type Content, receiveContent } from './receive-content.ts';
import { requireQuota } from './require-quota.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireFull, requireParent, requireRights } from './sight.ts';
import { dropContent, insertContent, insertFolders, insertNewNode } from './store-node.ts';
import { requireUnlocked, submittedTokens } from './tree-locks.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.write`. */
export async function writeFile(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  body: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<WriteResult> {
  requireRights(actor, 'write');
  checkTimes(options);
  return whileStoring(parts.blobs, parts.clock.now(), async () => {
    const content = await receiveFile(parts, actor, path, body, options);
    return parts.db.write((query) => putContent(parts, query, actor, path, content, options));
  });
}

/** Takes the bytes of a file in; large ones only when they could be written as things stand. */
export function receiveFile(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  body: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<Content> {
  // Nobody should send a gigabyte to hear afterwards that it cannot be written.
  return receiveContent(parts, body, options, () =>
    parts.db.read((query) => roomForWrite(parts, query, actor, path, options)),
  );
}

/**
 * Whether `path` can be written as things stand, and how many bytes it may have.
 * @throws AppError those of `Files.write`.
 */
export async function roomForWrite(
  parts: Parts,
  query: Query,
  actor: Actor,
  path: TreePath,
  options: WriteOptions,
): Promise<number> {
  const scene = await openScene(parts, query, actor, path);
  const target = await checkWritable(scene, options);
  const replaced = target.file?.size ?? 0;
  if (options.size !== undefined) requireQuota(scene, options.size - replaced);
  return scene.quota === undefined ? Number.POSITIVE_INFINITY : scene.quota - scene.used + replaced;
}

/** Makes `content` the content of the file at `path`; part of a transaction. */
export async function putContent(
  parts: Parts,
  query: Query,
  actor: Actor,
  path: TreePath,
  content: Content,
  options: WriteOptions,
): Promise<WriteResult> {
  const scene = await openScene(parts, query, actor, path);
  const { file, folder, missing } = await checkWritable(scene, options);
  requireQuota(scene, content.size - (file?.size ?? 0));
  const made = await insertFolders(query, folder, missing, scene.at, scene.now);
  const contentId = await insertContent(query, content);
  const node =
    file === undefined
      ? await insertFile(scene, made.at(-1) ?? folder, contentId, content, options)
      : await replaceFile(scene, file, contentId, content, options);
  const parentId = node.parent_id ?? scene.rootId;
  await touchFolders(query, parentId, node.changed_seq, content.size - (file?.size ?? 0), scene.at);
  return { node: toTreeNode(node, scene.place.path, scene.epoch), created: file === undefined };
}

interface WritableTarget {
  /** The file that gets replaced. */
  readonly file: NodeRow | undefined;
  /** The deepest folder on the way that exists. */
  readonly folder: NodeRow;
  /** Names of the folders to make below it. */
  readonly missing: readonly string[];
}

async function checkWritable(scene: Scene, options: WriteOptions): Promise<WritableTarget> {
  const { place, sight, locks, actor } = scene;
  if (place.names.length === 0 || place.node?.folder === 1) throw new AppError('is-a-folder');
  const tokens = submittedTokens(options);
  if (place.node !== undefined && place.parent !== undefined && sight.of(place.chain) === 'full') {
    const file = requireFull(place, sight);
    await checkGuard(scene, place, options);
    requireUnlocked(locks, actor, tokens, idsOf(place));
    return { file, folder: place.parent, missing: [] };
  }
  const { folder, missing, ids } = existingFolder(scene, options.createParents === true);
  await checkGuard(scene, place, options);
  requireUnlocked(locks, actor, tokens, ids);
  return { file: undefined, folder, missing };
}

/** The folder a new node goes to, or the deepest one on the way when the others may be made. */
export function existingFolder(
  scene: Scene,
  createParents: boolean,
): { folder: NodeRow; missing: readonly string[]; ids: number[] } {
  const { place } = scene;
  if (!createParents || place.parent !== undefined) {
    return { folder: requireParent(place, scene.sight), missing: [], ids: parentIdsOf(place) };
  }
  const depth = place.chain.length;
  const above: Place = { ...place, names: place.names.slice(0, depth), parent: place.chain[depth - 1] };
  const folder = requireParent(above, scene.sight);
  return { folder, missing: place.names.slice(depth - 1, -1), ids: parentIdsOf(above) };
}

async function insertFile(
  scene: Scene,
  parent: NodeRow,
  contentId: number,
  content: Content,
  options: WriteOptions,
): Promise<NodeRow> {
  return insertNewNode(scene.query, {
    parent,
    name: scene.place.names.at(-1) ?? '',
    seq: await takeSeqs(scene.query),
    mtime: options.mtime ?? scene.at,
    createdAt: options.createdAt ?? scene.now,
    executable: options.executable === true,
    link: options.link === true,
    content: { id: contentId, size: content.size, checksums: content.checksums },
  });
}

async function replaceFile(
  scene: Scene,
  file: NodeRow,
  contentId: number,
  content: Content,
  options: WriteOptions,
): Promise<NodeRow> {
  const seq = await takeSeqs(scene.query);
  const mtime = options.mtime ?? scene.at;
  const executable = options.executable === undefined ? file.executable : options.executable ? 1 : 0;
  const replaced: NodeRow = {
    ...file,
    size: content.size,
    checksums: content.checksums,
    content_id: contentId,
    etag_seq: seq,
    changed_seq: seq,
    mtime_s: mtime.s,
    mtime_ns: mtime.ns,
    created_at: options.createdAt ?? file.created_at,
    executable,
    link: options.link === true ? 1 : 0,
  };
  await run(
    scene.query,
    `UPDATE nodes SET size = ?, checksums = ?, content_id = ?, etag_seq = ?, changed_seq = ?, mtime_s = ?,
       mtime_ns = ?, created_at = ?, executable = ?, link = ? WHERE id = ?`,
    replaced.size,
    replaced.checksums,
    replaced.content_id,
    seq,
    seq,
    replaced.mtime_s,
    replaced.mtime_ns,
    replaced.created_at,
    replaced.executable,
    replaced.link,
    file.id,
  );
  await dropContent(scene.query, file.content_id);
  return replaced;
}
