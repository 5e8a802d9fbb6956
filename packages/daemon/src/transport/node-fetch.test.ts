import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FetchResponse } from '@holdfast/client';
import { afterEach, describe, expect, it } from 'vitest';
import { type BandwidthLimits, createNodeFetch, type NodeFetchOptions } from './node-fetch.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function world(listener: RequestListener, options?: NodeFetchOptions) {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = createNodeFetch(options);
  open.push(() => {
    transport[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { server, url, fetch: transport.fetch };
}

async function text(response: FetchResponse): Promise<string> {
  let out = '';
  for await (const chunk of response.body ?? []) out += Buffer.from(chunk).toString();
  return out;
}

const get = { method: 'GET', headers: {}, redirect: 'manual' } as const;

describe('HTTP by node:http', () => {
  it('sends and reads small bodies, over one connection', async () => {
    let connections = 0;
    const { server, url, fetch } = await world((request, response) => request.pipe(response));
    server.on('connection', () => connections++);
    for (const body of ['one', Buffer.from('two'), '']) {
      const response = await fetch(url, { ...get, method: 'PUT', body });
      expect(await text(response)).toBe(String(body));
    }
    expect(connections).toBe(1);
  });

  it('streams a body with its length, and reads one', async () => {
    const { url, fetch } = await world((request, response) => {
      expect(request.headers['content-length']).toBe('3000000');
      request.pipe(response);
    });
    const body = (async function* () {
      for (let i = 0; i < 3; i++) yield Buffer.alloc(1_000_000, i);
    })();
    const response = await fetch(url, {
      ...get,
      method: 'PUT',
      headers: { 'content-length': '3000000' },
      body,
    });
    let size = 0;
    for await (const chunk of response.body ?? []) size += chunk.byteLength;
    expect(size).toBe(3_000_000);
  });

  it('gives redirects back as they are', async () => {
    const { url, fetch } = await world((_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    });
    const response = await fetch(url, get);
    expect(response.status).toBe(302);
    expect(response.headers.get('Location')).toBe('http://127.0.0.1:1/');
  });

  it('an error of the source ends the request with that error', async () => {
    const { url, fetch } = await world((request) => request.resume());
    const body = (async function* () {
      yield Buffer.alloc(10);
      throw new Error('the file changed');
    })();
    const sending = fetch(url, { ...get, method: 'PUT', headers: { 'content-length': '100' }, body });
    await expect(sending).rejects.toThrow('the file changed');
  });

  it('a refusal comes before the body is sent', async () => {
    const { server, url, fetch } = await world(() => {}, { maxSockets: 1 });
    server.on('checkContinue', (_request, response) => {
      response.writeHead(507).end('full');
    });
    let sent = 0;
    const body = (async function* () {
      for (;;) {
        sent += 65_536;
        yield Buffer.alloc(65_536);
      }
    })();
    const headers = { 'content-length': '9999999999' };
    // One connection serves them all: a refused request must not keep it.
    for (let round = 0; round < 3; round++) {
      const response = await fetch(url, { ...get, method: 'PUT', headers, body });
      expect(response.status).toBe(507);
      expect(await text(response)).toBe('full');
    }
    expect(sent).toBe(0);
  });

  it('a body that is cut off is an error, not an end', async () => {
    const { url, fetch } = await world((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const response = await fetch(url, get);
    await expect(text(response)).rejects.toThrow();
  });

  it('a silent server is given up; an aborted request ends', async () => {
    const { url, fetch } = await world(() => {}, { idleMs: 50 });
    await expect(fetch(url, get)).rejects.toThrow('silent');
    const stop = new AbortController();
    const pending = fetch(url, { ...get, signal: stop.signal });
    stop.abort();
    await expect(pending).rejects.toThrow();
  });

  it('a kept connection that the server closed costs a reader nothing, a writer an error', async () => {
    let answered = 0;
    const { server, url, fetch } = await world((request, response) => {
      answered++;
      request.resume().on('end', () => response.end('x'));
    });
    const closeKept = () => {
      // Closed under the client's feet: the next request finds out when it is sent.
      server.once('request', (request) => request.socket.destroy());
    };
    await text(await fetch(url, get));
    closeKept();
    expect(await text(await fetch(url, { ...get, method: 'PROPFIND' }))).toBe('x');
    closeKept();
    await expect(fetch(url, { ...get, method: 'MOVE' })).rejects.toThrow();
    expect(answered).toBeGreaterThan(1);
  });

  it('holds bytes back both ways, by rates that may change on the way', async () => {
    const limits = { up: 400_000, down: undefined } as BandwidthLimits;
    const { url, fetch } = await world(
      (request, response) => {
        expect(request.headers['content-length']).toBe('200000');
        request.pipe(response);
      },
      { limits },
    );
    const bytes = Buffer.alloc(200_000, 7);
    const stream = async function* () {
      yield bytes;
    };
    const exchange = async (body: Uint8Array | AsyncIterable<Uint8Array>) => {
      const start = performance.now();
      const headers = { 'content-length': '200000' };
      expect(await text(await fetch(url, { ...get, method: 'PUT', headers, body }))).toHaveLength(200_000);
      return performance.now() - start;
    };
    expect(await exchange(bytes)).toBeGreaterThan(200);
    expect(await exchange(stream())).toBeGreaterThan(200);
    Object.assign(limits, { up: undefined, down: 400_000 });
    expect(await exchange(bytes)).toBeGreaterThan(200);
    const slow = exchange(bytes);
    limits.down = undefined;
    expect(await slow).toBeGreaterThan(0);
  });
});
