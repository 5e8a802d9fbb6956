export { createFiles, type FilesOptions } from './create-files.ts';
export type * from './files.ts';
export type { FilesLimits } from './limits.ts';
export { type BackupOptions, type BackupReport, backupStore } from './maintenance/backup-store.ts';
export { type CheckOptions, checkStore } from './maintenance/check-store.ts';
export { collectGarbage, type GarbageOptions, type GarbageReport } from './maintenance/collect-garbage.ts';
export type { CheckProgress, CheckReport, Finding, FindingKind } from './maintenance/finding.ts';
export { type RestoreOptions, type RestoreReport, restoreStore } from './maintenance/restore-store.ts';
