import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AppError, type Clock, isAppError, type Logger } from '@holdfast/base';
import { type ControlMessage, textOf } from '@holdfast/protocol';
import { type CommandHandlers, dispatch } from './dispatch.ts';

const maxRequestBytes = 1024 * 1024;
const progressEveryMs = 200;

/** What the control channel stands on. */
export interface ControlServerParts {
  readonly handlers: Partial<CommandHandlers>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Listens for commands: `POST /v1/COMMAND` with JSON parameters, answered by lines of JSON
 * (`controlMessage`). Whoever can open the socket may do everything: its folder keeps others out.
 * Disposing of it ends the commands that are under way.
 */
export async function startControlServer(
  socket: string,
  parts: ControlServerParts,
): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    answer(request, response, parts, stopping.signal).catch((error: unknown) => {
      parts.logger.error('control channel failed', { error });
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  if (process.platform !== 'win32') chmodSync(socket, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new AppError('unavailable', { message: 'Holdfast is stopping.' }));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { handlers, clock, logger }: ControlServerParts,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new AppError('aborted')));
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' });
  response.flushHeaders();
  const send = (message: ControlMessage) => response.write(`${JSON.stringify(message)}\n`);
  const name = (request.url ?? '').replace(/^\/v1\//, '');
  let toldAt = Number.NEGATIVE_INFINITY;
  try {
    if (request.method !== 'POST') throw new AppError('method-not-allowed');
    const params = await readJson(request);
    const result = await dispatch(handlers, name, params, {
      signal: AbortSignal.any([gone.signal, stopping]),
      onProgress: (progress) => {
        if (clock.monotonic() - toldAt < progressEveryMs || response.writableNeedDrain) return;
        toldAt = clock.monotonic();
        send({ type: 'progress', progress });
      },
      onEvent: async (event) => {
        if (!send({ type: 'event', event })) await drained(response, gone.signal);
      },
    });
    logger.debug('command', { name });
    send({ type: 'result', result });
  } catch (error) {
    if (!isAppError(error)) logger.error('command failed', { name, error });
    const known = isAppError(error) ? error : new AppError('internal');
    send({ type: 'error', code: known.code, details: { message: textOf(known) } });
  }
  response.end();
}

/** Resolves when the reader has taken what was sent, or has gone. */
async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      response.off('drain', end);
      gone.removeEventListener('abort', end);
      resolve();
    };
    response.once('drain', end);
    gone.addEventListener('abort', end);
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxRequestBytes) throw new AppError('body-too-large');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw new AppError('bad-request', { message: 'The command is not JSON.' }, { cause: error });
  }
}
