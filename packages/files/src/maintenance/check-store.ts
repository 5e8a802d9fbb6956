import type { BlobStore } from '@holdfast/blobs';
import type { Db } from '@holdfast/db';
import { checkContents } from './check-contents.ts';
import { checkTree, describeNodes } from './check-tree.ts';
import type { CheckProgress, CheckReport, Finding } from './finding.ts';
import { nodesOfContents } from './nodes-of-contents.ts';
import { repairContents } from './repair-contents.ts';
import { repairTree } from './repair-tree.ts';
import { whileNothingIsSwept } from './store-lease.ts';

/** How to check a store. */
export interface CheckOptions {
  readonly db: Db;
  readonly blobs: BlobStore;
  /** Mend what can be mended without losing anything. */
  readonly repair?: boolean;
  readonly onProgress?: (progress: CheckProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Checks the whole store: the database file, the shape of the trees, sizes and etags, and every byte of content
 * against its hash. Works on one snapshot, also while the node runs. `repair` adds sizes up again, files orphans under
 * `lost+found`, and marks content whose bytes are lost, so that reading it fails; nothing is ever removed.
 */
export async function checkStore(options: CheckOptions): Promise<CheckReport> {
  const { db, blobs, onProgress, signal } = options;
  const progress = { nodes: 0, contents: 0, bytes: 0 };
  const damage = await db.verify();
  const { tree, content, places, users } = await whileNothingIsSwept(blobs, () =>
    db.read(async (query) => {
      const tree = await checkTree(query, (nodes) => onProgress?.(Object.assign(progress, { nodes })));
      signal?.throwIfAborted();
      const content = await checkContents(
        query,
        blobs,
        (contents, bytes) => onProgress?.(Object.assign(progress, { contents, bytes })),
        signal,
      );
      const users = await nodesOfContents(
        query,
        content.findings.flatMap(({ contentId }) => contentId ?? []),
      );
      const ids = [...tree.findings.map(({ nodeId }) => nodeId), ...[...users.values()].flat()];
      return { tree, content, users, places: await describeNodes(query, ids) };
    }),
  );
  const repaired = {
    tree: options.repair === true ? await repairTree(db, tree.findings) : new Set<unknown>(),
    content: options.repair === true ? await repairContents(db, content) : new Set<unknown>(),
  };
  const findings: Finding[] = [
    ...damage.map((text) => ({ kind: 'database' as const, text, repaired: false })),
    ...tree.findings.map((finding) => ({
      kind: finding.kind,
      ...places.get(finding.nodeId),
      text: finding.text,
      repaired: repaired.tree.has(finding),
    })),
    ...content.findings.flatMap((finding): Finding[] => {
      const base = { kind: finding.kind, text: finding.text, repaired: repaired.content.has(finding) };
      const nodes = finding.contentId === undefined ? [] : (users.get(finding.contentId) ?? []);
      return nodes.length === 0 ? [base] : nodes.map((id) => ({ ...base, ...places.get(id) }));
    }),
  ];
  return {
    whole: findings.every((finding) => finding.repaired),
    findings,
    nodes: tree.nodes,
    contents: content.contents,
    blobs: content.blobs,
    bytes: content.bytes,
  };
}
