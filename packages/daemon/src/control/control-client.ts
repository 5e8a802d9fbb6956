import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { AppError } from '@holdfast/base';
import {
  type ControlCommand,
  type ControlParams,
  type ControlResult,
  controlCommands,
  controlMessage,
} from '@holdfast/protocol';
import type { CommandContext } from './dispatch.ts';

/** No node listens there. */
export const noDaemon: unique symbol = Symbol('no daemon');

/**
 * Asks the node behind `socket` to carry out a command; `noDaemon` when none is there.
 * @throws AppError as the command's handler; `unavailable` when the node ends in the midst of it.
 */
export async function askDaemon<C extends ControlCommand>(
  socket: string,
  command: C,
  params: ControlParams<C>,
  { signal, onProgress, onEvent }: CommandContext,
): Promise<ControlResult<C> | typeof noDaemon> {
  const response = await post(socket, command, JSON.stringify(params), signal);
  if (response === noDaemon) return noDaemon;
  try {
    for await (const line of createInterface({ input: response })) {
      const message = controlMessage.parse(JSON.parse(line));
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'event') await onEvent?.(message.event);
      else if (message.type === 'error') throw new AppError(message.code, message.details);
      else return controlCommands[command].result.parse(message.result) as ControlResult<C>;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') throw brokeOff();
    throw error;
  } finally {
    response.destroy();
  }
  throw brokeOff();
}

function post(
  socketPath: string,
  command: string,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage | typeof noDaemon> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: `/v1/${command}`, signal, agent: false });
    call.once('response', resolve);
    call.once('error', (error: NodeJS.ErrnoException) => {
      // ECONNREFUSED: the file of a node that was killed.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(noDaemon);
      else if (signal.aborted) reject(signal.reason);
      else reject(error.code === 'ECONNRESET' ? brokeOff() : error);
    });
    call.end(body);
  });
}

function brokeOff(): AppError {
  return new AppError('unavailable', { message: 'Holdfast stopped before it had answered. Try again.' });
}
