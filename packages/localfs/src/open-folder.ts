import { isAbsolute, relative, resolve, sep } from 'node:path';
import { AppError } from '@holdfast/base';
import { DiskFolder, type DiskFolderOptions } from './disk-folder.ts';
import type { Folder } from './folder.ts';

/**
 * Opens a folder on a disk for syncing. Nothing is written until it is needed.
 * @throws AppError `folder-missing`, `local-unreadable`; `config-invalid` when history lies inside the folder.
 */
export async function openFolder(options: DiskFolderOptions): Promise<Folder> {
  const way = relative(resolve(options.root), resolve(options.historyDir));
  const outside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  if (!outside) {
    throw new AppError('config-invalid', {
      message: 'The history folder cannot lie inside the synced folder.',
    });
  }
  return new DiskFolder(options);
}
