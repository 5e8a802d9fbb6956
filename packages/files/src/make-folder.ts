import { AppError, type TreePath } from '@holdfast/base';
import { checkGuard } from './check-guard.ts';
import { checkTimes } from './check-times.ts';
import { applyProperties } from './dead-properties.ts';
import type { Actor, Files, TreeNode } from './files.ts';
import { openScene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireRights } from './sight.ts';
import { insertFolders, insertNewNode } from './store-node.ts';
import { requireUnlocked, submittedTokens } from './tree-locks.ts';
import { toTreeNode } from './tree-node.ts';
import { existingFolder } from './write-file.ts';

/** `Files.mkdir`. */
export async function makeFolder(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  options: NonNullable<Parameters<Files['mkdir']>[2]>,
): Promise<TreeNode> {
  requireRights(actor, 'write');
  checkTimes(options);
  return parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, path);
    const { place, sight } = scene;
    if (place.node !== undefined && sight.of(place.chain) !== 'hidden') throw new AppError('already-exists');
    const { folder, missing, ids } = existingFolder(scene, options.createParents === true);
    await checkGuard(scene, place, options);
    requireUnlocked(scene.locks, actor, submittedTokens(options), ids);
    const made = await insertFolders(query, folder, missing, scene.at, scene.now);
    const node = await insertNewNode(query, {
      parent: made.at(-1) ?? folder,
      name: place.names.at(-1) ?? '',
      seq: await takeSeqs(query),
      mtime: options.mtime ?? scene.at,
      createdAt: scene.now,
    });
    await applyProperties(query, node.id, options.properties ?? [], parts.limits);
    await touchFolders(query, node.parent_id ?? scene.rootId, node.changed_seq, 0, scene.at);
    return toTreeNode(node, place.path, scene.epoch);
  });
}
