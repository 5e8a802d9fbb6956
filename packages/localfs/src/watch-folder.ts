import { relative, sep } from 'node:path';
import { AppError, namesOf, type TreePath } from '@holdfast/base';
import { watch } from 'chokidar';
import type { DiskRoot } from './disk-root.ts';
import { isBookkeepingName } from './own-names.ts';
import { systemCodeOf } from './translate-error.ts';

/** How long changes are collected before they are told, in milliseconds. */
const settleMs = 50;

/**
 * Watches by chokidar until the signal aborts. Resolves once it is watching.
 * A failure on the way (no more watches, too many open files) is told as `undefined`: anything may have changed,
 * and from then on only scans see what is not watched.
 * @throws AppError `local-unreadable` when watching cannot start at all.
 */
export async function watchFolder(
  root: DiskRoot,
  onChange: (paths: readonly TreePath[] | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const watcher = watch(root.path, {
    followSymlinks: false,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    ignored: (path) => namesOf(treePathOf(root, path)).some(isBookkeepingName),
  });
  const dirty = new Set<TreePath>();
  let anything = false;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    const paths = anything ? undefined : [...dirty];
    anything = false;
    dirty.clear();
    onChange(paths);
  };
  const schedule = () => {
    timer ??= setTimeout(tell, settleMs);
  };
  const stop = () => {
    clearTimeout(timer);
    watcher.close().catch(() => {});
  };
  signal.addEventListener('abort', stop, { once: true });
  watcher.on('all', (_event, path) => {
    dirty.add(treePathOf(root, path));
    schedule();
  });
  let failed: (error: unknown) => void = () => {};
  watcher.on('error', (error) => {
    failed(error);
    anything = true;
    schedule();
  });
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    watcher.once('ready', resolve);
    failed = (error) => {
      const code = systemCodeOf(error);
      if (code === 'ENOSPC' || code === 'EMFILE')
        reject(new AppError('local-unreadable', { code }, { cause: error }));
    };
  }).catch((error: unknown) => {
    stop();
    throw error;
  });
  failed = () => {};
}

function treePathOf(root: DiskRoot, path: string): TreePath {
  const below = relative(root.path, path);
  return sep === '/' ? below : below.replaceAll(sep, '/');
}
