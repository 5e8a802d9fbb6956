import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Files } from '@holdfast/files';
import { createTestFiles } from '@holdfast/files/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basic, openTestServer, type TestServer, testPassword } from '../testing/open-test-server.ts';

const ana = { userId: 'ann', read: true, write: true, delete: true };
let files: Files;
let server: TestServer;
let url: string;
let closing: AsyncDisposableStack;

beforeEach(async () => {
  closing = new AsyncDisposableStack();
  const tree = closing.use(await createTestFiles());
  files = tree.files;
  server = await openTestServer(files, { limits: { heartbeatMs: 40, listenersPerAccount: 3 } });
  closing.defer(() => server.close());
  await files.createRoot('ann');
  url = `http://127.0.0.1:${await server.listen()}/api/v1/events`;
});
afterEach(() => closing.disposeAsync());

/** An open stream, and everything that has come on it so far. */
async function listen(authorization = basic('ann')) {
  const asking = get(url, { headers: { authorization } });
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const heard = { text: '', ended: false };
  response.on('data', (chunk: Buffer) => {
    heard.text += chunk.toString();
  });
  response.on('error', () => {});
  const reading = new Promise<void>((resolve) => response.once('close', resolve)).then(() => {
    heard.ended = true;
  });
  const stop = async () => {
    asking.destroy();
    await reading;
  };
  closing.defer(stop);
  return { status: response.statusCode, headers: response.headers, heard, reading, stop };
}

const write = (path: string, text = 'text') =>
  files.write(
    ana,
    path,
    (async function* () {
      yield Buffer.from(text);
    })(),
  );

async function until(what: () => boolean) {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const changes = (heard: { text: string }) => heard.text.split('event: change').length - 1;

describe('the event stream', () => {
  it('tells of a change, gives signs of life, and names nothing', async () => {
    const { headers, heard } = await listen();
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(headers['cache-control']).toContain('no-store');
    await until(() => heard.text.includes(': listening'));
    expect(changes(heard)).toBe(0);
    await write('secret-name');
    await until(() => changes(heard) === 1);
    await until(() => heard.text.endsWith('\n\n:\n\n'));
    expect(heard.text).not.toContain('secret-name');
  });

  it('S6 tells a token that sees one folder of nothing outside of it', async () => {
    await files.mkdir(ana, 'seen');
    const folder = await files.get(ana, 'seen');
    const { token } = await server.test.identity.createToken({
      userId: 'ann',
      name: 'limited',
      within: [folder.id],
    });
    const limited = await listen(`Bearer ${token}`);
    const all = await listen();
    await write('elsewhere');
    await until(() => changes(all.heard) === 1);
    // What it will be told next, if it were told of this, would come before a sign of life.
    const before = limited.heard.text.length;
    await until(() => limited.heard.text.length > before + 8);
    expect(changes(limited.heard)).toBe(0);
    await write('seen/file');
    await until(() => changes(limited.heard) === 1);
    await files.remove(ana, 'seen');
    await until(() => changes(all.heard) === 3);
    expect(limited.heard.ended).toBe(false);
  });

  it('tells nobody of the tree of somebody else', async () => {
    await server.test.identity.addAccount({ id: 'ben', password: testPassword });
    await files.createRoot('ben');
    const [ann, ben] = [await listen(), await listen(basic('ben'))];
    await write('mine');
    await until(() => changes(ann.heard) === 1);
    const before = ben.heard.text.length;
    await until(() => ben.heard.text.length > before + 8);
    expect(changes(ben.heard)).toBe(0);
  });

  it.each(['revoked', 'expired', 'disabled'])('S6 ends when what was signed in with is %s', async (how) => {
    const { identity, clock } = server.test;
    const { token, info } = await identity.createToken({
      userId: 'ann',
      name: how,
      expiresAt: clock.now() + 1_000,
    });
    const { heard, reading } = await listen(`Bearer ${token}`);
    await until(() => heard.text !== '');
    if (how === 'revoked') await identity.revokeToken(info.id);
    if (how === 'disabled') await identity.setDisabled('ann', true);
    if (how === 'expired') clock.advance(1_001);
    await write('later').catch(() => {});
    await reading;
    expect(changes(heard)).toBe(0);
  });

  it('ends when the password it was opened with is replaced', async () => {
    const { heard, reading } = await listen();
    await until(() => heard.text !== '');
    await server.test.identity.setPassword('ann', 'another password');
    await reading;
    expect(heard.ended).toBe(true);
  });

  it('is limited in number, and a place is free again when a listener has gone', async () => {
    const open = [await listen(), await listen(), await listen()];
    const refused = await listen();
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('60');
    await open[0]?.stop();
    let again = await listen();
    while (again.status !== 200) again = await listen();
  });

  it('does not keep the server from closing', async () => {
    const { reading, heard } = await listen();
    await until(() => heard.text !== '');
    await server.app.close();
    await reading;
    expect(heard.ended).toBe(true);
  });
});
