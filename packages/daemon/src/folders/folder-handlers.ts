import type { FoldersStatus } from '@holdfast/protocol';
import type { FolderHandlers } from '../control/dispatch.ts';
import type { Folders } from './folders.ts';
import { handleConflicts } from './handle-conflicts.ts';
import { handleFiles } from './handle-files.ts';
import { handleFolders } from './handle-folders.ts';
import { handleSettings } from './handle-settings.ts';

/** All commands about synced folders; `running` when this process keeps them in sync. */
export function folderHandlers(folders: Folders, running?: FoldersStatus['running']): FolderHandlers {
  return {
    ...handleFolders(folders),
    ...handleFiles(folders),
    ...handleConflicts(folders),
    ...handleSettings(folders, running),
  };
}
