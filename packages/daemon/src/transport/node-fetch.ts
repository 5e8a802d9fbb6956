import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, systemClock } from '@holdfast/base';
import type { Fetch, FetchInit, FetchResponse } from '@holdfast/client';
import { paceBytes } from './pace-bytes.ts';
import { TokenBucket } from './token-bucket.ts';

/** Bytes a second for all that goes through one transport; undefined for as many as there is room for. */
export interface BandwidthLimits {
  up: number | undefined;
  down: number | undefined;
}

/** How connections are kept. */
export interface NodeFetchOptions {
  /** Looked at all the time: setting another rate counts at once, for transfers under way too. */
  readonly limits?: Readonly<BandwidthLimits>;
  /** For the limits. */
  readonly clock?: Clock;
  /** Connections to one server at the same time. */
  readonly maxSockets?: number;
  /** A connection that is silent for so many milliseconds is given up. */
  readonly idleMs?: number;
  /** Further certificate authorities, PEM. */
  readonly ca?: string;
}

/** A transport, and the connections it keeps. */
export interface NodeFetch extends Disposable {
  readonly fetch: Fetch;
}

/** The limits, and what holds to them. */
interface Pace {
  readonly limits: Readonly<BandwidthLimits>;
  readonly up: TokenBucket;
  readonly down: TokenBucket;
}

/** How long a server may take to ask for the body before it is sent unasked, in milliseconds. */
const continueMs = 1000;

/** Statuses that never have a body (RFC 9110 §6.4.1). */
const bodyless = new Set([204, 205, 304]);

/**
 * HTTP by `node:http`, which costs a third of the platform's `fetch` for a small request and streams at the speed
 * of the socket. Keeps connections open; never follows redirects; disposing closes them.
 */
export function createNodeFetch(options: NodeFetchOptions = {}): NodeFetch {
  const { maxSockets = 16, idleMs = 300_000, ca, clock = systemClock, limits } = options;
  const pace = limits && {
    limits,
    up: new TokenBucket(() => limits.up, clock),
    down: new TokenBucket(() => limits.down, clock),
  };
  const shared = { keepAlive: true, maxSockets, noDelay: true, scheduling: 'lifo' } as const;
  const http = new HttpAgent(shared);
  const https = new HttpsAgent({ ...shared, ...(ca === undefined ? {} : { ca }) });
  const fetch: Fetch = (url, init) => {
    const secure = url.startsWith('https:');
    const { method, headers, signal } = init;
    const expecting = isStream(init.body) ? { ...headers, expect: '100-continue' } : headers;
    const settings = { method, headers: expecting, timeout: idleMs, ...(signal ? { signal } : {}) };
    const open = () =>
      secure
        ? httpsRequest(url, { ...settings, agent: https })
        : httpRequest(url, { ...settings, agent: http });
    return exchange(open, init, pace);
  };
  return {
    fetch,
    [Symbol.dispose]() {
      http.destroy();
      https.destroy();
    },
  };
}

/** A kept connection may be closed by the server just as it is used: a request nobody saw is sent once more. */
async function exchange(
  open: () => ClientRequest,
  init: FetchInit,
  pace: Pace | undefined,
): Promise<FetchResponse> {
  const request = open();
  try {
    return await send(request, init, pace);
  } catch (error) {
    init.signal?.throwIfAborted();
    if (!request.reusedSocket || !isLostConnection(error) || isStream(init.body)) throw error;
    if (!safeToRepeat.has(init.method)) throw error;
    return await send(open(), init, pace);
  }
}

/** Idempotent by definition (RFC 9110 §9.2.2), and not changed by a precondition that the first try has used up. */
const safeToRepeat = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

function isLostConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function isStream(body: FetchInit['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

function send(
  request: ClientRequest,
  { body, method, signal }: FetchInit,
  pace: Pace | undefined,
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    let answered = false;
    request.on('response', (message) => {
      answered = true;
      // Answered before all was sent: nobody wants the rest, and the connection cannot be used again.
      message.once('end', () => {
        if (!request.writableFinished) request.destroy();
      });
      resolve(responseOf(message, method, pace, signal));
    });
    request.on('timeout', () => request.destroy(new Error('The connection was silent for too long.')));
    request.on('error', reject);
    if (!isStream(body)) {
      if (body instanceof Uint8Array && pace?.limits.up !== undefined) {
        request.setHeader('content-length', body.byteLength);
        pipeline(Readable.from(paceBytes(once(body), pace.up, signal)), request).catch((error: unknown) => {
          if (!answered) reject(error);
        });
      } else request.end(body);
      return;
    }
    const paced = pace ? paceBytes(body, pace.up, signal) : body;
    const source = Readable.from(paced, { objectMode: false, highWaterMark: 1024 * 1024 });
    // A server that refuses says so before it is sent gigabytes (RFC 9110 §10.1.1); one that says nothing gets them.
    const timer = setTimeout(() => request.emit('continue'), continueMs);
    request.once('close', () => {
      clearTimeout(timer);
      source.destroy();
    });
    request.once('continue', () => {
      clearTimeout(timer);
      if (answered) return;
      pipeline(source, request).catch((error: unknown) => {
        // A server may answer before it has all, and close: the answer counts then.
        if (!answered) reject(error);
      });
    });
    request.flushHeaders();
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function responseOf(
  message: IncomingMessage,
  method: string,
  pace: Pace | undefined,
  signal: AbortSignal | undefined,
): FetchResponse {
  const status = message.statusCode ?? 0;
  const headers = {
    get(name: string): string | null {
      const value = message.headers[name.toLowerCase()];
      if (value === undefined) return null;
      return typeof value === 'string' ? value : value.join(', ');
    },
  };
  if (method === 'HEAD' || bodyless.has(status) || message.headers['content-length'] === '0') {
    message.resume();
    return { status, headers, body: null };
  }
  return { status, headers, body: pace ? paceBytes(message, pace.down, signal) : message };
}
