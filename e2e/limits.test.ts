import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeAccount } from './support/accounts.ts';
import { checkStore } from './support/check-store.ts';
import { basicAuth, type DavRequests, davRequests } from './support/dav-requests.ts';
import { type NodeWithAccount, nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { rawRequest } from './support/raw-http.ts';
import { smallDisk } from './support/small-disk.ts';
import { startNode } from './support/start-node.ts';

function requestsOf({ davUrl, account }: NodeWithAccount): DavRequests {
  return davRequests(davUrl, account.name, account.token);
}

/** The head of a PUT of `length` bytes, or of unknown length. */
function putHead(world: NodeWithAccount, name: string, length: number | 'chunked', extra = ''): string {
  const { account, davUrl } = world;
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  return (
    `PUT ${new URL(davUrl).pathname}/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
    `Authorization: ${basicAuth(account.name, account.token)}\r\n${framing}\r\n${extra}\r\n`
  );
}

async function expectWhole(world: NodeWithAccount): Promise<void> {
  const check = await checkStore(world.data);
  expect(check.whole, check.text).toBe(true);
}

test('S21 a body that breaks off changes nothing, whatever its framing and size', async () => {
  await using world = await nodeWithAccount('cut-off');
  const dav = requestsOf(world);
  expect(await dav.status('PUT', 'old', { body: 'the old bytes' })).toBe(201);
  for (const name of ['old', 'new']) {
    for (const sent of [0, 10, 40_000, 2_000_000]) {
      for (const end of ['reset', 'half-close'] as const) {
        const body = Buffer.alloc(sent, 'x');
        const announced = Buffer.concat([Buffer.from(putHead(world, name, sent + 5)), body]);
        await rawRequest(world.node.port, announced, { wait: 3_000, end });
        const unframed = Buffer.concat([
          Buffer.from(putHead(world, name, 'chunked')),
          Buffer.from(sent === 0 ? '' : `${sent.toString(16)}\r\n`),
          body,
        ]);
        await rawRequest(world.node.port, unframed, { wait: 3_000, end });
      }
    }
  }
  expect((await dav.read('old')).toString()).toBe('the old bytes');
  expect(await dav.status('GET', 'new')).toBe(404);
  await expectWhole(world);
});

test('S21 a body that stands still is cut off, and changes nothing', async () => {
  await using world = await nodeWithAccount('slow');
  await using node = await startNode({
    data: world.folder.at('slow-node'),
    env: { HOLDFAST_LIMITS_IDLE_SECONDS: '1' },
  });
  const account = await makeAccount(world.folder.at('slow-node'));
  const slow = { ...world, node, account, davUrl: `${node.url}/remote.php/dav/files/${account.name}` };
  const sent = Buffer.concat([Buffer.from(putHead(slow, 'slow', 100_000)), Buffer.alloc(50_000)]);
  const answer = await rawRequest(node.port, sent, { wait: 20_000 });
  expect(answer.closedAfter).toBeLessThan(15_000);
  expect([408, undefined]).toContain(answer.status);
  expect(await requestsOf(slow).status('GET', 'slow')).toBe(404);
  // A head that never ends.
  const head = await rawRequest(node.port, 'PUT / HTTP/1.1\r\nHost: x\r\nX-Slow: ', { wait: 45_000 });
  expect(head.closedAfter).toBeLessThan(45_000);
});

test('S21 what is too long, too deep or malformed gets a 4xx, and the node goes on', async () => {
  await using world = await nodeWithAccount('limits');
  const dav = requestsOf(world);
  const { node } = world;
  const propfind = (body: string) =>
    dav.status('PROPFIND', '', { headers: { depth: '0', 'content-type': 'application/xml' }, body });

  expect(await dav.status('PUT', 'x'.repeat(256), { body: 'a' })).toBeGreaterThanOrEqual(400);
  expect(await dav.status('PUT', 'ü'.repeat(127), { body: 'a' })).toBe(201);
  expect(await dav.status('PUT', 'ü'.repeat(128), { body: 'a' })).toBeLessThan(500);
  expect(await dav.status('MKCOL', Array(4000).fill('d').join('/'))).toBeLessThan(500);
  const largeHeader = `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(60_000)}\r\n\r\n`;
  expect((await rawRequest(node.port, largeHeader, { wait: 3_000 })).status).toBe(431);
  const longUrl = await rawRequest(node.port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, {
    wait: 3_000,
  });
  expect([414, 431]).toContain(longUrl.status);

  expect(await propfind('<propfind xmlns="DAV:"><prop><getetag/></prop>')).toBe(400);
  expect(await propfind('<!DOCTYPE x [<!ENTITY a "b">]><propfind xmlns="DAV:"><allprop/></propfind>')).toBe(
    400,
  );
  expect(await propfind(`<propfind xmlns="DAV:">${'<a>'.repeat(5_000)}`)).toBe(400);
  expect(await propfind(`<propfind xmlns="DAV:"><!--${'x'.repeat(3_000_000)}--><allprop/></propfind>`)).toBe(
    413,
  );
  const infinity = { headers: { depth: 'infinity' } };
  expect(await dav.status('PROPFIND', '', infinity)).toBe(403);

  const wrong = { 'oc-checksum': `SHA1:${'0'.repeat(40)}` };
  expect(await dav.status('PUT', 'wrong', { body: 'a', headers: wrong })).toBe(400);
  expect(await dav.status('GET', 'wrong')).toBe(404);
  const part = { 'content-range': 'bytes 0-0/2' };
  expect(await dav.status('PUT', 'part', { body: 'a', headers: part })).toBe(400);
  for (const path of ['..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', 'a%00b', '%ff%fe']) {
    const base = new URL(world.davUrl).pathname;
    const head = `GET ${base}/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
    const auth = `Authorization: ${basicAuth(world.account.name, world.account.token)}\r\n\r\n`;
    const { status } = await rawRequest(node.port, head + auth, { wait: 3_000 });
    expect(status, path).toBeGreaterThanOrEqual(400);
    expect(status, path).toBeLessThan(500);
  }
  expect(await dav.status('PROPFIND', '', { headers: { depth: '1' } })).toBe(207);
  await expectWhole(world);
});

test('S21 a full disk answers 507, nothing is half-written, and room can be made again', async (context) => {
  const disk = await smallDisk(64);
  if (typeof disk === 'string') return context.skip(disk);
  await using _mounted = disk;
  const data = join(disk.path, 'node');
  await using node = await startNode({ data });
  const account = await makeAccount(data);
  const base = `${node.url}/remote.php/dav/files/${account.name}`;
  const dav = davRequests(base, account.name, account.token);
  const random = pseudoRandom('disk full');
  const stored = new Map<string, Buffer>();
  let full = 0;
  for (let i = 0; full < 6; i++) {
    expect(i, 'the disk did not get full').toBeLessThan(400);
    const body = random.bytes(i % 5 === 0 ? 3_000_000 : i % 2 === 0 ? 10_000 : 400_000);
    const status = await dav.status('PUT', `file ${i}`, { body });
    if (status === 201) stored.set(`file ${i}`, body);
    else {
      expect(status).toBe(507);
      full++;
    }
  }
  for (const [path, body] of stored) expect(body.equals(await dav.read(path)), path).toBe(true);
  const listing = await (await dav.send('PROPFIND', '', { headers: { depth: '1' } })).text();
  expect(listing.match(/<[\w-]+:response>/g)).toHaveLength(stored.size + 1);
  // Deleting works on a full disk.
  for (const path of stored.keys()) expect(await dav.status('DELETE', path), path).toBe(204);
  expect(await node.stop()).toBe(0);
  const check = await checkStore(data);
  expect(check.whole, check.text).toBe(true);
});

test('the node says how much room is used (RFC 4331)', async () => {
  await using world = await nodeWithAccount('quota');
  const dav = requestsOf(world);
  const body = `<propfind xmlns="DAV:"><prop><quota-used-bytes/><quota-available-bytes/></prop></propfind>`;
  const answer = await dav.send('PROPFIND', '', { headers: { depth: '0' }, body });
  expect(await answer.text()).toMatch(/quota-used-bytes>\d+</);
});
