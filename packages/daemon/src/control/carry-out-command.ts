import { isAppError } from '@holdfast/base';
import {
  type ControlParams,
  type ControlResult,
  controlCommands,
  type NodeCommand,
} from '@holdfast/protocol';
import type { Config } from '../config/config-schema.ts';
import { dataFolder, holdsData, makeDataFolder, requireData } from '../node/data-folder.ts';
import { quietParts } from '../node/node-parts.ts';
import { openNode } from '../node/open-node.ts';
import { askDaemon, noDaemon } from './control-client.ts';
import { readDaemonRecord } from './daemon-record.ts';
import { type CommandContext, dispatch } from './dispatch.ts';
import { nodeHandlers } from './node-handlers.ts';

const retryMs = 100;
const patienceMs = 10_000;

/** How to carry out a command. */
export interface CarryOutOptions extends CommandContext {
  /** Make the data folder when it is not there. */
  readonly create?: boolean;
}

/**
 * Carries out one administrative command: the node that runs on the data folder does it, or, where none runs,
 * this process after taking the folder's lock. Another short command that has the lock is waited for.
 * @throws AppError `data-missing`, `data-in-use`; the command's own.
 */
export async function carryOutCommand<C extends NodeCommand>(
  config: Config,
  command: C,
  params: ControlParams<C>,
  options: CarryOutOptions,
): Promise<ControlResult<C>> {
  const folder = dataFolder(config.data);
  if (options.create && !holdsData(folder)) makeDataFolder(folder);
  else requireData(folder);
  const parts = quietParts();
  const end = parts.clock.monotonic() + patienceMs;
  for (;;) {
    const record = readDaemonRecord(folder.daemonRecord);
    const answer = record ? await askDaemon(record.socket, command, params, options) : noDaemon;
    if (answer !== noDaemon) return answer;
    try {
      await using node = await openNode(config, parts);
      const result = await dispatch(nodeHandlers(node), command, params, options);
      return controlCommands[command].result.parse(result) as ControlResult<C>;
    } catch (error) {
      // Only the lock itself says so: a handler has no other way to `data-in-use`.
      if (!isAppError(error, 'data-in-use') || parts.clock.monotonic() > end) throw error;
    }
    await parts.clock.sleep(retryMs, options.signal);
  }
}
