import { isAppError } from '@holdfast/base';
import type { Surroundings } from '../config/default-folders.ts';
import { type FolderOptions, type OpenedFolders, openFolders } from '../folders/open-folders.ts';
import { stateFolder } from '../folders/state-folder.ts';
import type { NodeParts } from '../node/node-parts.ts';
import { askDaemon, noDaemon } from './control-client.ts';
import { readDaemonRecord } from './daemon-record.ts';

const retryMs = 50;
const patienceMs = 3000;

/**
 * Opens a state folder for a daemon: waits for short commands that have its lock, and not for another daemon.
 * @throws AppError as `openFolders`.
 */
export async function claimFolders(
  state: string,
  surroundings: Surroundings,
  parts: NodeParts,
  options: FolderOptions,
): Promise<OpenedFolders> {
  const { clock } = parts;
  const end = clock.monotonic() + patienceMs;
  for (;;) {
    try {
      return openFolders(state, surroundings, parts, options);
    } catch (error) {
      if (!isAppError(error, 'data-in-use') || clock.monotonic() > end) throw error;
      if (await isServed(state)) throw error;
    }
    await clock.sleep(retryMs);
  }
}

async function isServed(state: string): Promise<boolean> {
  const record = readDaemonRecord(stateFolder(state).daemonRecord);
  if (record === undefined) return false;
  const context = { signal: new AbortController().signal, onProgress: () => {} };
  try {
    return (await askDaemon(record.socket, 'folder.list', {}, context)) !== noDaemon;
  } catch {
    // Somebody is there who is ending, or is another one.
    return false;
  }
}
