import { type Clock, systemClock } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import type { DavClient } from './dav-client.ts';
import { listenToEvents } from './listen-events.ts';
import { listenToNotifyPush } from './listen-notify-push.ts';
import { pushSourceIn } from './push-source.ts';
import type { TextSocket } from './text-socket.ts';

/** Time stands still until `pass` is called. */
function heldClock() {
  let now = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((wake, reject) => {
      const sleeper = { at: now + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  const clock: Clock = { now: () => now, monotonic: () => now, sleep };
  const pass = async (ms: number) => {
    now += ms;
    for (const sleeper of sleepers) {
      if (sleeper.at > now) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, pass };
}

/** A server whose answer is these chunks, and then nothing for ever, or its end. */
function answering(chunks: readonly string[], end: 'ends' | 'stays' | Error, type = 'text/event-stream') {
  const body = async function* (signal: AbortSignal) {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
    if (end instanceof Error) throw end;
    if (end === 'stays') {
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
  };
  const request = async (_path: string, { signal }: { signal: AbortSignal }) => ({
    status: 200,
    headers: { get: (name: string) => (name === 'content-type' ? type : null) },
    body: body(signal),
  });
  return { request } as unknown as DavClient;
}

async function newsOf(dav: DavClient, clock: Clock = systemClock, signal = new AbortController().signal) {
  let news = 0;
  const done = listenToEvents({ dav, clock, path: '/e', heartbeatMs: 1_000 }, () => news++, signal);
  return { done, news: () => news };
}

describe('the event stream of a node', () => {
  it('is news at its start and at every change, whatever the chunks', async () => {
    const stream =
      ': listening\n\nevent: change\ndata: {}\n\n:\n\nevent: change\r\ndata: {}\r\n\r\nevent: other\n\n';
    for (const size of [1, 7, stream.length]) {
      const chunks = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { done, news } = await newsOf(answering(chunks, 'ends'));
      await done;
      expect(news()).toBe(3);
    }
  });

  it('is given up when nothing comes for two and a half heartbeats', async () => {
    const { clock, pass } = heldClock();
    const { done, news } = await newsOf(answering([':\n\n'], 'stays'), clock);
    const outcome = done.catch((error: unknown) => error);
    await pass(0);
    await pass(2_400);
    await pass(200);
    expect(await outcome).toMatchObject({ code: 'server-unreachable' });
    expect(news()).toBe(1);
  });

  it('ends with an error when it breaks off, is something else, or has a line without end', async () => {
    const broken = await newsOf(answering([], new Error('reset')));
    await expect(broken.done).rejects.toMatchObject({ code: 'server-unreachable' });
    const page = await newsOf(answering(['<html>'], 'ends', 'text/html'));
    await expect(page.done).rejects.toMatchObject({ code: 'server-answer-odd' });
    expect(page.news()).toBe(0);
    const endless = await newsOf(answering(['x'.repeat(70_000)], 'stays'));
    await expect(endless.done).rejects.toMatchObject({ code: 'server-answer-odd' });
  });

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const { done } = await newsOf(answering([':\n'], 'stays'), systemClock, stop.signal);
    stop.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
  });
});

/** A socket whose other end is the test. */
class HeldSocket implements TextSocket {
  readonly sent: string[] = [];
  readonly #listeners = new Map<string, ((event: { data: unknown }) => void)[]>();

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.on('close');
  }

  on(type: string, data?: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}

function notifyPush(clock: Clock = systemClock, signal = new AbortController().signal) {
  const socket = new HeldSocket();
  const opened: string[] = [];
  let news = 0;
  const done = listenToNotifyPush(
    {
      origin: 'https://files.example:8443',
      path: '/push/ws',
      credentials: { user: 'ana', secret: async () => 'secret' },
      clock,
      open: (url) => {
        opened.push(url);
        return socket;
      },
    },
    () => news++,
    signal,
  );
  return { socket, opened, done, news: () => news };
}

describe('notify_push', () => {
  it('signs in with the first two frames, and hears of files only', async () => {
    const { socket, opened, done, news } = notifyPush();
    await Promise.resolve();
    socket.on('open');
    expect(opened).toEqual(['wss://files.example:8443/push/ws']);
    expect(socket.sent).toEqual(['ana', 'secret']);
    expect(news()).toBe(0);
    for (const data of [
      'authenticated',
      'notify_file',
      'notify_file_id [1]',
      'notify_activity',
      new Blob([]),
    ]) {
      socket.on('message', data);
    }
    expect(news()).toBe(3);
    socket.on('close');
    await done;
  });

  it('says why it did not begin', async () => {
    for (const [said, code] of [
      ['err: Invalid credentials', 'not-signed-in'],
      ['err: Too many connections', 'unavailable'],
    ]) {
      const { socket, done } = notifyPush();
      await Promise.resolve();
      socket.on('open');
      socket.on('message', said);
      await expect(done).rejects.toMatchObject({ code });
    }
    const refused = notifyPush();
    await Promise.resolve();
    refused.socket.on('error');
    await expect(refused.done).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('gives up a server that does not let in, and opens anew after a long silence', async () => {
    const { clock, pass } = heldClock();
    const slow = notifyPush(clock);
    const outcome = slow.done.catch((error: unknown) => error);
    await pass(0);
    await pass(30_000);
    expect(await outcome).toMatchObject({ code: 'server-unreachable' });
    const silent = notifyPush(clock);
    await pass(0);
    silent.socket.on('message', 'authenticated');
    await pass(30_000);
    await pass(900_000);
    await silent.done;
  });

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const { socket, done } = notifyPush(systemClock, stop.signal);
    await Promise.resolve();
    socket.on('message', 'authenticated');
    stop.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
  });
});

describe('where news are told', () => {
  const push = (websocket: unknown, type: unknown = ['files']) => ({
    notify_push: { type, endpoints: { websocket } },
  });

  it('is read from the capabilities; our own stream goes first', () => {
    const own = { holdfast: { events: { path: '/api/v1/events', heartbeatSeconds: 20 } } };
    expect(pushSourceIn({ ...push('wss://h/push/ws'), ...own }, '/sub')).toEqual({
      kind: 'events',
      path: '/sub/api/v1/events',
      heartbeatMs: 20_000,
    });
    expect(pushSourceIn(push('wss://h/push/ws'), '/sub')).toEqual({ kind: 'notify-push', path: '/push/ws' });
  });

  it('is never another server, and nothing odd', () => {
    const odd: unknown[] = [
      null,
      [],
      push('https://h/push/ws'),
      push('wss://h'),
      push('wss://h//other.example/ws'),
      push('wss://h/a b'),
      push(7),
      push('wss://h/ws', ['activities']),
      push('wss://h/ws', 'files'),
      { holdfast: { events: { path: '//other.example/e', heartbeatSeconds: 20 } } },
      { holdfast: { events: { path: 'https://other.example/e', heartbeatSeconds: 20 } } },
      { holdfast: { events: { path: '/e', heartbeatSeconds: 0 } } },
      { holdfast: { events: { path: '/e', heartbeatSeconds: Number.NaN } } },
    ];
    for (const capabilities of odd) expect(pushSourceIn(capabilities, '')).toBeUndefined();
  });
});
