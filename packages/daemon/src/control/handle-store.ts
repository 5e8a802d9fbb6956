import { type BackupReport, backupStore, checkStore, type Finding } from '@holdfast/files';
import { collectNow } from '../node/collect-regularly.ts';
import type { Node } from '../node/open-node.ts';
import type { CommandHandlers } from './dispatch.ts';

/** The commands about what the node keeps. */
export function storeHandlers(node: Node): Pick<CommandHandlers, 'check' | 'gc' | 'backup'> {
  const { db, blobs, folder } = node;
  const { clock } = node.parts;
  return {
    check: async ({ repair }, { signal, onProgress }) => {
      const report = await checkStore({
        ...{ db, blobs, repair, signal },
        onProgress: ({ nodes, contents, bytes }) => {
          if (contents === 0) onProgress({ what: 'files and folders', done: nodes });
          else onProgress({ what: 'contents', done: contents, bytes });
        },
      });
      const { nodes, contents, blobs: stored, bytes, findings, whole } = report;
      return { whole, counts: { nodes, contents, blobs: stored, bytes }, findings: findings.map(findingOut) };
    },
    gc: async (_request, context) => {
      const { removedBlobs, removedBytes } = await collectNow(node, context);
      return { removedBlobs, freedBytes: removedBytes };
    },
    backup: async ({ to }, { signal, onProgress }) => {
      const report: BackupReport = await backupStore({
        ...{ db, blobs, clock, to, signal },
        extraFiles: [folder.secretKey],
        onProgress: ({ bytes, totalBytes }) => onProgress({ what: 'backups', done: 0, bytes, totalBytes }),
      });
      return { file: to, bytes: report.bytes };
    },
  };
}

function findingOut({ kind, text, userId, path, repaired }: Finding) {
  const place = userId === undefined ? '' : `${userId}${path === undefined ? '' : `: /${path}`}: `;
  return { kind, message: `${place}${text}`, repaired };
}
