export type { DiskFolderOptions } from './disk-folder.ts';
export type {
  Expected,
  Folder,
  KeptFile,
  LocalEntry,
  LocalProblem,
  LocalScan,
  OnKept,
  ScanFilter,
  StagedFile,
  Watching,
} from './folder.ts';
export { openFolder } from './open-folder.ts';
export { isBookkeepingName } from './own-names.ts';
export { mtimePrecisionNs } from './set-attributes.ts';
