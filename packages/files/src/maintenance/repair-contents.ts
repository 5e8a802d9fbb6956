import { type Db, run } from '@holdfast/db';
import type { ContentFinding, ContentResult } from './check-contents.ts';

/**
 * Marks content whose bytes are wrong, so that reading it fails, and takes the mark from content that is whole again.
 * Lost bytes do not come back by that: such findings count as not repaired.
 */
export async function repairContents(db: Db, result: ContentResult): Promise<ReadonlySet<unknown>> {
  const repaired = new Set<ContentFinding>();
  await db.write(async (query) => {
    for (const finding of result.findings) {
      if (finding.contentId === undefined) continue;
      if (finding.kind === 'content-damaged' || finding.kind === 'manifest') {
        await run(query, 'UPDATE contents SET damaged = 1 WHERE id = ?', finding.contentId);
      } else if (finding.kind === 'file-content') {
        await run(
          query,
          `UPDATE contents SET checksums = 'SHA256:' || sha256 WHERE id = ?
             AND checksums NOT LIKE 'SHA256:' || sha256 || '%'`,
          finding.contentId,
        );
        await run(
          query,
          `UPDATE nodes SET (size, checksums) = (SELECT size, checksums FROM contents WHERE id = content_id)
             WHERE content_id = ? AND folder = 0`,
          finding.contentId,
        );
        repaired.add(finding);
      }
    }
    for (const id of result.healed) await run(query, 'UPDATE contents SET damaged = 0 WHERE id = ?', id);
  });
  return repaired;
}
