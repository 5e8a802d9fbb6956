import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, silentLogger, systemClock } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askDaemon, noDaemon } from './control-client.ts';
import { startControlServer } from './control-server.ts';
import { chooseSocketPlace, readDaemonRecord, writeDaemonRecord } from './daemon-record.ts';
import type { CommandContext, CommandHandlers } from './dispatch.ts';

let folder: string;
let socket: string;
let cleanup: AsyncDisposableStack;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-control-'));
  socket = join(folder, 'control.sock');
  cleanup = new AsyncDisposableStack();
});

afterEach(async () => {
  await cleanup.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

describe('the control channel', () => {
  it('carries parameters, progress and the result', async () => {
    await serve({
      check: async ({ repair }, { onProgress }) => {
        onProgress({ what: 'blobs', done: 1, total: 2 });
        return { whole: repair, counts: { blobs: 2 }, findings: [] };
      },
    });
    const progress: unknown[] = [];
    const context = { ...quiet(), onProgress: (step: unknown) => progress.push(step) };
    const result = await askDaemon(socket, 'check', { repair: true }, context);
    expect(result).toEqual({ whole: true, counts: { blobs: 2 }, findings: [] });
    expect(progress).toEqual([{ what: 'blobs', done: 1, total: 2 }]);
  });

  it('carries an error with its code and text, and nothing of an unexpected one', async () => {
    await serve({
      'user.disable': async () => {
        throw new AppError('not-found', { message: 'There is no account "x".', internal: 'detail' });
      },
      'user.enable': async () => {
        throw new TypeError('secret of the inside');
      },
    });
    const known = askDaemon(socket, 'user.disable', { name: 'x' }, quiet());
    await expect(known).rejects.toMatchObject({ code: 'not-found', message: 'There is no account "x".' });
    const unknown = askDaemon(socket, 'user.enable', { name: 'x' }, quiet());
    await expect(unknown).rejects.toMatchObject({
      code: 'internal',
      message: 'Something went wrong on the server. It has been logged.',
    });
  });

  it('refuses unknown commands, wrong parameters, broken and oversized requests', async () => {
    await serve({});
    expect(await raw('/v1/format-disk', '{}')).toContain('not-found');
    expect(await raw('/v1/__proto__', '{}')).toContain('not-found');
    expect(await raw('/v1/user.add', '{"name":"x","password":"y","root":true}')).toContain('bad-value');
    expect(await raw('/v1/user.add', '{')).toContain('bad-request');
    expect(await raw('/v1/user.add', JSON.stringify('x'.repeat(2_000_000)))).toContain('body-too-large');
  });

  it('ends a command whose caller has gone, and all of them when the node stops', async () => {
    const ended: unknown[] = [];
    let begun = 0;
    const server = await serve({
      check: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          begun++;
          signal.addEventListener('abort', () => {
            ended.push(signal.reason.code);
            reject(signal.reason);
          });
        }),
    });
    const leaving = new AbortController();
    const left = askDaemon(socket, 'check', {}, { ...quiet(), signal: leaving.signal });
    await expect.poll(() => begun).toBe(1);
    leaving.abort(new AppError('aborted'));
    await expect(left).rejects.toMatchObject({ code: 'aborted' });
    const stopped = askDaemon(socket, 'check', {}, quiet());
    await expect.poll(() => ended).toEqual(['aborted']);
    const refused = expect(stopped).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => begun).toBe(2);
    await server[Symbol.asyncDispose]();
    await refused;
  });

  it('carries events to a caller that takes them, at the speed of the caller', async () => {
    let taken = 0;
    let sent = 0;
    await serve({
      events: async (_request, { onEvent, signal }) => {
        for (; sent < 50_000 && !signal.aborted; sent++) {
          await onEvent?.({ type: 'removed', at: sent, folder: 'x'.repeat(1000) });
        }
        return {};
      },
    });
    const leaving = new AbortController();
    const slow = Promise.withResolvers<void>();
    const onEvent = async () => {
      taken += 1;
      if (taken === 10) await slow.promise;
    };
    const following = askDaemon(socket, 'events', {}, { ...quiet(), signal: leaving.signal, onEvent });
    await expect.poll(() => taken).toBe(10);
    // Sockets and readers hold some; the rest waits where it is.
    expect(sent).toBeLessThan(20_000);
    slow.resolve();
    await following;
    expect([taken, sent]).toEqual([50_000, 50_000]);
    const gone = askDaemon(
      socket,
      'events',
      {},
      { ...quiet(), signal: leaving.signal, onEvent: async () => {} },
    );
    sent = 0;
    leaving.abort(new AppError('aborted'));
    await expect(gone).rejects.toMatchObject({ code: 'aborted' });
  });

  it('says what this daemon does not serve', async () => {
    await serve({
      status: async () => ({ version: '1', data: '/', instanceId: 'i', epoch: 'e', accounts: [] }),
    });
    const asked = askDaemon(socket, 'folder.list', {}, quiet());
    await expect(asked).rejects.toMatchObject({ code: 'not-supported' });
  });

  it('says that nobody is there: no socket, a stale one, one of nobody', async () => {
    expect(await askDaemon(socket, 'status', {}, quiet())).toBe(noDaemon);
    writeFileSync(socket, '');
    expect(await askDaemon(socket, 'status', {}, quiet())).toBe(noDaemon);
  });

  it('reports a node that dies in the midst of an answer', async () => {
    const dying = createServer((connection) => {
      connection.once('data', () => {
        connection.end(
          'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"type":"progress","progress":{"what":"x","done":1}}\n',
        );
      });
    });
    await new Promise<void>((resolve) => dying.listen(socket, resolve));
    cleanup.defer(() => new Promise<void>((resolve) => dying.close(() => resolve())));
    await expect(askDaemon(socket, 'status', {}, quiet())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is closed to other users of the machine', async () => {
    await serve({});
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });
});

describe('the place of the channel', () => {
  it('is in the data folder, and in a folder of its own where that path is too long', () => {
    const near = chooseSocketPlace(folder, folder, 'linux');
    expect(near.path).toBe(join(folder, 'control.sock'));
    const far = chooseSocketPlace(`/${'x'.repeat(120)}`, folder, 'linux');
    expect(Buffer.byteLength(far.path)).toBeLessThanOrEqual(100);
    expect(statSync(join(far.path, '..')).mode & 0o777).toBe(0o700);
    far[Symbol.dispose]();
    expect(() => statSync(join(far.path, '..'))).toThrow();
    expect(chooseSocketPlace('C:\\data', folder, 'win32').path).toMatch(
      /^\\\\\.\\pipe\\holdfast-[0-9a-f]{32}$/,
    );
  });

  it('is told by daemon.json; a damaged one counts as none', () => {
    const file = join(folder, 'daemon.json');
    const record = { pid: 1, socket, address: 'http://127.0.0.1:1', startedAt: 5 };
    expect(readDaemonRecord(file)).toBeUndefined();
    writeDaemonRecord(file, record);
    expect(readDaemonRecord(file)).toEqual(record);
    writeFileSync(file, '{"pid":');
    expect(readDaemonRecord(file)).toBeUndefined();
  });
});

async function serve(handlers: Partial<CommandHandlers>): Promise<AsyncDisposable> {
  const parts = { handlers: handlers as CommandHandlers, clock: systemClock, logger: silentLogger };
  return cleanup.use(await startControlServer(socket, parts));
}

function quiet(): CommandContext {
  return { signal: new AbortController().signal, onProgress: () => {} };
}

function raw(path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socket, method: 'POST', path, agent: false }, async (response) => {
      const parts = await response.toArray();
      resolve(Buffer.concat(parts).toString());
    });
    call.on('error', reject);
    call.end(body);
  });
}
