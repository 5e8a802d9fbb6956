import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './config/load-config.ts';
import { carryOutCommand, initData, type RunningNode, startDaemon } from './index.ts';

let data: string;
let cleanup: AsyncDisposableStack;

beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'holdfast-daemon-')), 'data');
  cleanup = new AsyncDisposableStack();
});

afterEach(async () => {
  await cleanup.disposeAsync();
  rmSync(join(data, '..'), { recursive: true, force: true });
});

describe('startDaemon', () => {
  it('makes a first administrator once, who signs in; what it keeps is closed to others', async () => {
    const node = await start();
    const { id, password } = node.firstAdministrator ?? { id: '', password: '' };
    const headers = { authorization: `Basic ${btoa(`${id}:${password}`)}`, depth: '0' };
    const url = `${node.address}/remote.php/dav/files/${id}/`;
    expect((await fetch(url, { method: 'PROPFIND', headers })).status).toBe(207);
    for (const name of ['.', 'metadata.db', 'secret.key', 'control.sock', 'daemon.json']) {
      expect(statSync(join(data, name)).mode & 0o077, name).toBe(0);
    }
    await node[Symbol.asyncDispose]();
    expect((await start()).firstAdministrator).toBeUndefined();
  });

  it('refuses a second one on the same data, and leaves the first alone', async () => {
    const node = await start();
    await expect(startDaemon(config())).rejects.toMatchObject({ code: 'data-in-use' });
    await expect(initData(config())).rejects.toMatchObject({ code: 'data-in-use' });
    expect((await fetch(node.address)).status).toBe(200);
  });

  it('gives everything back when it cannot listen', async () => {
    const taken = new URL((await start()).address).host;
    const other = join(data, '..', 'other');
    const blocked = startDaemon(config({ data: other, 'http.listen': taken }));
    await expect(blocked).rejects.toMatchObject({ code: 'address-in-use' });
    cleanup.use(await startDaemon(config({ data: other })));
  });

  it('lets a request that is under way finish when it is stopped', async () => {
    const node = await start();
    const { id, password } = node.firstAdministrator ?? { id: '', password: '' };
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(100_000));
        begun.resolve();
        await finish.promise;
        controller.close();
      },
    });
    const headers = { authorization: `Basic ${btoa(`${id}:${password}`)}` };
    const url = `${node.address}/remote.php/dav/files/${id}/large`;
    const put = fetch(url, { method: 'PUT', headers, body, duplex: 'half' } as RequestInit);
    await begun.promise;
    // Answered only once the server has begun to read, so that the upload is under way for it as well.
    await fetch(node.address);
    const stopped = node[Symbol.asyncDispose]();
    finish.resolve();
    expect((await put).status).toBe(201);
    await stopped;
  });

  it('refuses a damaged key rather than making every token invalid', async () => {
    await initData(config());
    const key = join(data, 'secret.key');
    const whole = readFileSync(key);
    writeFileSync(key, 'short');
    await expect(startDaemon(config())).rejects.toMatchObject({ code: 'store-damaged' });
    writeFileSync(key, whole);
    chmodSync(key, 0o600);
    await start();
  });

  it('refuses TLS files that cannot be read', async () => {
    const tls = { 'http.tlsCert': join(data, 'none.pem'), 'http.tlsKey': join(data, 'none.pem') };
    await expect(startDaemon(config(tls))).rejects.toMatchObject({ code: 'config-invalid' });
  });
});

describe('carryOutCommand', () => {
  const context = { signal: new AbortController().signal, onProgress: () => {} };

  it('gives the same answers with a node and without', async () => {
    await initData(config());
    const list = () => carryOutCommand(config(), 'user.list', {}, context);
    const without = await list();
    await start();
    expect(await list()).toEqual(without);
    const wrong = carryOutCommand(config(), 'user.disable', { name: 'nobody' }, context);
    await expect(wrong).rejects.toMatchObject({ code: 'not-found' });
  });

  it('lets commands that come at the same time wait for each other', async () => {
    await initData(config());
    const names = ['anna', 'bert', 'cleo', 'dora'];
    await Promise.all(
      names.map((name) => carryOutCommand(config(), 'user.add', { name, password: 'long enough' }, context)),
    );
    const { accounts } = await carryOutCommand(config(), 'user.list', {}, context);
    expect(accounts.map(({ id }) => id).sort()).toEqual(['admin', ...names]);
  });

  it('makes a data folder only when asked to', async () => {
    await expect(carryOutCommand(config(), 'status', {}, context)).rejects.toMatchObject({
      code: 'data-missing',
    });
    const add = { name: 'anna', password: 'long enough' };
    await carryOutCommand(config(), 'user.add', add, { ...context, create: true });
    expect((await start()).firstAdministrator).toBeUndefined();
  });
});

function config(flags: Record<string, unknown> = {}) {
  const given = { 'http.listen': '127.0.0.1:0', ...flags };
  return loadConfig({ env: {}, flags: given, defaultData: data, cwd: '/' }).config;
}

async function start(): Promise<RunningNode> {
  return cleanup.use(await startDaemon(config()));
}
