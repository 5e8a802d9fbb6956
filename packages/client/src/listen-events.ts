import { AppError, type Clock } from '@holdfast/base';
import type { DavClient } from './dav-client.ts';
import type { FetchResponse } from './transport.ts';
import { Watchdog } from './watchdog.ts';

/** Silence of so many heartbeats means that the connection is dead. */
const patience = 2.5;
/** A line longer than this is none of a server that means well. */
const maxLine = 64 * 1024;

/** Where the stream is, and how often something comes on it, in milliseconds. */
export interface EventSource {
  readonly dav: DavClient;
  readonly clock: Clock;
  readonly path: string;
  readonly heartbeatMs: number;
}

/**
 * Reads the event stream of one of our nodes (HTML, "Server-sent events") and calls `onNews` for each event
 * `change`, and once when it begins. Resolves when the server ends it.
 * @throws AppError `server-unreachable` when nothing comes for too long; those of `DavClient`; the signal's reason.
 */
export async function listenToEvents(
  source: EventSource,
  onNews: () => void,
  signal: AbortSignal,
): Promise<void> {
  using dog = new Watchdog(source.clock, source.heartbeatMs * patience, signal);
  try {
    const response = await source.dav.request(source.path, {
      method: 'GET',
      headers: { accept: 'text/event-stream' },
      expect: [200],
      signal: dog.signal,
    });
    requireEventStream(response);
    onNews();
    for await (const line of linesOf(response, dog)) {
      if (line === 'event: change') onNews();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    const message = dog.signal.aborted ? 'The server has fallen silent.' : 'The connection broke off.';
    throw new AppError('server-unreachable', { message }, { cause: error });
  }
}

function requireEventStream(response: FetchResponse): void {
  const type = response.headers.get('content-type') ?? '';
  if (/^text\/event-stream\s*(?:;|$)/i.test(type)) return;
  throw new AppError('server-answer-odd', { message: 'The server does not send events at this address.' });
}

async function* linesOf(response: FetchResponse, dog: Watchdog): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    dog.calm();
    dog.signal.throwIfAborted();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > maxLine) throw new AppError('server-answer-odd', { message: 'An event has no end.' });
    yield* lines;
  }
}
