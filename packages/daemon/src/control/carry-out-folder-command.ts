import { existsSync } from 'node:fs';
import { isAppError } from '@holdfast/base';
import {
  type ControlParams,
  type ControlResult,
  controlCommands,
  type FolderCommand,
} from '@holdfast/protocol';
import type { Surroundings } from '../config/default-folders.ts';
import { folderHandlers } from '../folders/folder-handlers.ts';
import { type FolderOptions, openFolders } from '../folders/open-folders.ts';
import { stateFolder } from '../folders/state-folder.ts';
import { quietParts } from '../node/node-parts.ts';
import { askDaemon, noDaemon } from './control-client.ts';
import { readDaemonRecord } from './daemon-record.ts';
import { type CommandContext, dispatch } from './dispatch.ts';

const retryMs = 100;
const patienceMs = 10_000;

/**
 * Carries out one command about synced folders: the daemon of the state folder does it, or, where none runs, this
 * process after taking the folder's lock. Another short command that has the lock is waited for.
 * @throws AppError `data-in-use`; the command's own.
 */
export async function carryOutFolderCommand<C extends FolderCommand>(
  state: string,
  surroundings: Surroundings,
  command: C,
  params: ControlParams<C>,
  context: CommandContext,
  options: FolderOptions = {},
): Promise<ControlResult<C>> {
  const parts = quietParts();
  const end = parts.clock.monotonic() + patienceMs;
  const empty = command === 'folder.status' ? nothingAdded(state) : undefined;
  if (empty !== undefined) return empty as ControlResult<C>;
  for (;;) {
    const open = () => openFolders(state, surroundings, parts, options);
    const opened = parts.clock.monotonic() < end ? unlessInUse(open) : open();
    if (opened !== undefined) {
      await using held = opened;
      const result = await dispatch(folderHandlers(held.folders), command, params, context);
      return controlCommands[command].result.parse(result) as ControlResult<C>;
    }
    // The lock comes first: a socket that a killed daemon has named may be that of another one by now.
    const record = readDaemonRecord(stateFolder(state).daemonRecord);
    const answer = record ? await askDaemon(record.socket, command, params, context) : noDaemon;
    if (answer !== noDaemon) return answer;
    await parts.clock.sleep(retryMs, context.signal);
  }
}

/** Looking makes nothing: where no folder was ever added there is nothing to open. */
function nothingAdded(state: string): ControlResult<'folder.status'> | undefined {
  const { settings, daemonRecord } = stateFolder(state);
  if (existsSync(settings) || existsSync(daemonRecord)) return undefined;
  const power = { onBattery: false, metered: false, battery: 'sync', meteredNetwork: 'sync' } as const;
  return { state, folders: [], limits: {}, power };
}

/** Undefined while another process has the lock. */
function unlessInUse<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (isAppError(error, 'data-in-use')) return undefined;
    throw error;
  }
}
