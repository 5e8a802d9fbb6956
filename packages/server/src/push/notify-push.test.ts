import { once } from 'node:events';
import { request } from 'node:http';
import type { Files } from '@holdfast/files';
import { createTestFiles } from '@holdfast/files/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { basic, openTestServer, type TestServer, testPassword } from '../testing/open-test-server.ts';
import { testCertificate } from '../testing/test-certificate.ts';

const ana = { userId: 'ann', read: true, write: true, delete: true };
let files: Files;
let server: TestServer;
let port: number;
let closing: AsyncDisposableStack;

beforeEach(async () => {
  closing = new AsyncDisposableStack();
  const tree = closing.use(await createTestFiles());
  files = tree.files;
  server = await openTestServer(files, { limits: { heartbeatMs: 40, listenersPerAccount: 2 } });
  closing.defer(() => server.close());
  await files.createRoot('ann');
  port = await server.listen();
});
afterEach(() => closing.disposeAsync());

/** A connected client, and the frames it has got. */
async function connect(headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/push/ws`, { headers });
  const frames: string[] = [];
  const ended = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => frames.push(data.toString()));
  closing.defer(() => socket.terminate());
  await once(socket, 'open');
  return { socket, frames, ended };
}

async function signedIn(name = 'ann', secret = testPassword) {
  const client = await connect();
  client.socket.send(name);
  client.socket.send(secret);
  await until(() => client.frames.length > 0);
  return client;
}

const write = (path: string) =>
  files.write(
    ana,
    path,
    (async function* () {
      yield Buffer.from('text');
    })(),
  );

async function until(what: () => boolean) {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('notify_push', () => {
  it('is advertised with where it is', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/ocs/v2.php/cloud/capabilities?format=json`, {
      headers: { 'ocs-apirequest': 'true' },
    });
    const { notify_push } = (
      (await answer.json()) as { ocs: { data: { capabilities: { notify_push: unknown } } } }
    ).ocs.data.capabilities;
    expect(notify_push).toEqual({
      type: ['files'],
      endpoints: {
        websocket: `ws://127.0.0.1:${port}/push/ws`,
        pre_auth: `http://127.0.0.1:${port}/apps/notify_push/pre_auth`,
      },
    });
  });

  it('says notify_file after a change, by name and password or token', async () => {
    const { token } = await server.test.identity.createToken({ userId: 'ann', name: 'desk' });
    for (const secret of [testPassword, token]) {
      const { frames, socket } = await signedIn('ann', secret);
      expect(frames).toEqual(['authenticated']);
      await write(`file-${secret === token}`);
      await until(() => frames.length === 2);
      expect(frames[1]).toBe('notify_file');
      socket.close();
      await once(socket, 'close');
    }
  });

  it('tells the ids where the client asks for them', async () => {
    const { frames, socket } = await signedIn();
    socket.send('listen notify_file_id');
    socket.ping();
    await once(socket, 'pong');
    await write('one');
    await until(() => frames.length === 2);
    expect(frames[1]).toBe('notify_file');
    const { node } = await write('two');
    await until(() => frames.length === 3);
    expect(frames[2]).toBe(`notify_file_id [${node.id}]`);
  });

  it('lets in by a word for one use instead of the secret', async () => {
    const url = `http://127.0.0.1:${port}/apps/notify_push/pre_auth`;
    const answer = await fetch(url, { method: 'POST', headers: { authorization: basic('ann') } });
    const word = await answer.text();
    expect(word).toMatch(/^[0-9a-f]{32}$/);
    expect((await signedIn('', word)).frames).toEqual(['authenticated']);
    expect((await signedIn('', word)).frames).toEqual(['err: Invalid credentials']);
  });

  it('S6 refuses a wrong secret and a token that may not read, and tells neither of anything', async () => {
    const { token } = await server.test.identity.createToken({
      userId: 'ann',
      name: 'none',
      scopes: ['profile:read'],
    });
    for (const secret of ['wrong', token]) {
      const { frames, ended } = await signedIn('ann', secret);
      await write(`x${secret.length}`);
      expect(await ended).toBe(1008);
      expect(frames).toEqual(['err: Invalid credentials']);
    }
  });

  it('S6 ends when the token is revoked', async () => {
    const { token, info } = await server.test.identity.createToken({ userId: 'ann', name: 'desk' });
    const { ended } = await signedIn('ann', token);
    await server.test.identity.revokeToken(info.id);
    expect(await ended).toBe(1008);
  });

  it('gives up a client that does not answer its pings, and keeps one that does', async () => {
    const dead = await signedIn();
    (dead.socket as unknown as { _autoPong: boolean })._autoPong = false;
    const living = await signedIn();
    expect(await dead.ended).toBe(1006);
    expect(living.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is limited in number for one account', async () => {
    await signedIn();
    await signedIn();
    expect((await signedIn()).frames).toEqual(['err: Too many attempts or connections']);
  });

  it('S21 refuses frames that are too long or binary', async () => {
    const long = await connect();
    long.socket.send('x'.repeat(5_000));
    expect(await long.ended).toBe(1009);
    const binary = await connect();
    binary.socket.send(Buffer.from('ann'));
    expect(await binary.ended).toBe(1003);
  });

  it('S12 refuses a page of another origin, and whoever opens too many without signing in', async () => {
    const refusal = async (headers: Record<string, string>) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/push/ws`, { headers });
      closing.defer(() => socket.terminate());
      const [error] = await once(socket, 'error');
      return String(error);
    };
    expect(await refusal({ origin: 'https://elsewhere.example' })).toContain('403');
    const own = await connect({ origin: `http://127.0.0.1:${port}` });
    own.socket.terminate();
    await own.ended;
    for (let count = 0; count < 16; count++) await connect();
    expect(await refusal({})).toContain('429');
  });

  it('answers in HTTP who wishes for another protocol, or comes without one', async () => {
    const plain = await fetch(`http://127.0.0.1:${port}/push/ws`);
    expect(plain.status).toBe(400);
    const h2c = request({ port, path: '/status.php', headers: { connection: 'upgrade', upgrade: 'h2c' } });
    h2c.end();
    const [answer] = await once(h2c, 'response');
    expect(answer.statusCode).toBe(200);
    answer.destroy();
  });

  it('goes over TLS', async () => {
    await using tree = await createTestFiles();
    const secure = await openTestServer(tree.files, { tls: testCertificate });
    closing.defer(() => secure.close());
    await tree.files.createRoot('ann');
    const socket = new WebSocket(`wss://127.0.0.1:${await secure.listen()}/push/ws`, {
      ca: testCertificate.cert,
    });
    closing.defer(() => socket.terminate());
    await once(socket, 'open');
    socket.send('ann');
    socket.send(testPassword);
    const [data] = await once(socket, 'message');
    expect(String(data)).toBe('authenticated');
    await secure.app.close();
  });

  it('does not keep the server from closing', async () => {
    const { ended } = await signedIn();
    await server.app.close();
    expect(await ended).toBe(1001);
  });
});
