import { createHash } from 'node:crypto';
import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { FolderAddress } from './address.ts';
import { DavClient } from './dav-client.ts';
import { inParallel } from './in-parallel.ts';
import { openRemote } from './open-remote.ts';
import { readBack } from './read-back.ts';
import type { UploadSource } from './remote.ts';
import { sameBytes } from './same-bytes.ts';
import { davResponse, familyProbe, multistatus, openScripted } from './testing/fake-servers.ts';
import type { ScriptedAnswer } from './testing/scripted-fetch.ts';
import { scriptedFetch } from './testing/scripted-fetch.ts';

const mebibyte = 1024 * 1024;
const mtime = { s: 1_719_930_000, ns: 0 };

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7919) >>> 5);
}

function sourceOf(bytes: Uint8Array): UploadSource {
  return {
    size: bytes.byteLength,
    async *open(range) {
      const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
      for (let at = 0; at < part.byteLength; at += 100_000) yield part.subarray(at, at + 100_000);
    },
  };
}

/** Reads back what a server with ranges has. */
async function readingBack(
  has: Uint8Array,
  sent: Uint8Array,
  options: { wholeUpTo?: number; etag?: string; sha256?: string; ranges?: boolean; serverEtag?: string } = {},
) {
  const { ranges = true, serverEtag = 'e1' } = options;
  const etagHeader: Record<string, string> = serverEtag === '' ? {} : { etag: `"${serverEtag}"` };
  let bytes = 0;
  const { fetch, requests } = scriptedFetch(({ headers, method }): ScriptedAnswer => {
    if (method === 'PROPFIND') return { status: 500 };
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (!range || !ranges) {
      bytes += has.byteLength;
      return { status: 200, headers: { ...etagHeader, 'content-length': `${has.byteLength}` }, body: has };
    }
    const part = has.subarray(Number(range[1]), Number(range[2]) + 1);
    bytes += part.byteLength;
    const contentRange = `bytes ${range[1]}-${range[2]}/${has.byteLength}`;
    return { status: 206, headers: { ...etagHeader, 'content-range': contentRange }, body: part };
  });
  const dav = new DavClient('https://files.example', {
    credentials: { user: 'ana', secret: async () => 'secret' },
    fetch,
    clock: manualClock(),
  });
  const place = { dav, address: new FolderAddress('/f'), properties: '' };
  const outcome = await readBack(place, 'a', sourceOf(sent), {
    sha256: options.sha256,
    etag: options.etag ?? '',
    wholeUpTo: options.wholeUpTo ?? 64 * mebibyte,
  }).catch((error: unknown) => error);
  return { outcome, requests, bytes };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('R6 an upload that the server proves nothing of is read back', () => {
  const small = bytesOf(1_000);
  const large = bytesOf(5 * mebibyte);
  const flipped = (bytes: Uint8Array, at: number) => {
    const other = Uint8Array.from(bytes);
    other[at] = (other[at] ?? 0) ^ 1;
    return other;
  };

  it('every byte is compared, with or without a known hash', async () => {
    for (const sent of [new Uint8Array(), small, large]) {
      for (const hash of [sha256(sent), undefined]) {
        const { outcome, requests } = await readingBack(
          sent,
          sent,
          hash === undefined ? {} : { sha256: hash },
        );
        expect(outcome).toMatchObject({ etag: 'e1', proof: 'hash' });
        expect(requests).toHaveLength(1);
      }
    }
  });

  it.each([
    ['a flipped byte', flipped(small, 999)],
    ['a byte less', small.subarray(1)],
    ['a byte more', bytesOf(1_001)],
    ['nothing', new Uint8Array()],
  ])('%s is damage', async (_what, has) => {
    for (const hash of [{ sha256: sha256(small) }, {}]) {
      const { outcome } = await readingBack(has, small, hash);
      expect(outcome).toMatchObject({ code: 'upload-damaged' });
    }
  });

  it('a flipped byte in the middle of a large file is damage', async () => {
    const { outcome } = await readingBack(flipped(large, 3 * mebibyte), large);
    expect(outcome).toMatchObject({ code: 'upload-damaged' });
  });

  it('another version is none', async () => {
    const { outcome } = await readingBack(small, small, { etag: 'e0' });
    expect(outcome).toMatchObject({ code: 'target-changed' });
  });

  it('of a very large file parts are compared, first and last bytes among them, and that is said', async () => {
    const limit = { wholeUpTo: mebibyte };
    const { outcome, bytes } = await readingBack(large, large, limit);
    expect(outcome).toMatchObject({ proof: 'size' });
    expect(bytes).toBe(8 * 256 * 1024);
    for (const at of [0, large.byteLength - 1]) {
      const damaged = await readingBack(flipped(large, at), large, limit);
      expect(damaged.outcome).toMatchObject({ code: 'upload-damaged' });
    }
    const noRanges = await readingBack(large, large, { ...limit, ranges: false });
    expect(noRanges.outcome).toMatchObject({ proof: 'size' });
    const shorter = await readingBack(large.subarray(1), large, limit);
    expect(shorter.outcome).toMatchObject({ code: 'upload-damaged' });
  });
});

describe('which requests a small upload costs', () => {
  const hello = new TextEncoder().encode('hello');
  const options = { ifAbsent: true, mtime, sha256: sha256(hello) } as const;
  const told = { 'oc-etag': '"e1"', 'oc-fileid': '00000007ocabc', 'x-oc-mtime': 'accepted' };

  it('Nextcloud: the upload and the reading back', async () => {
    const { remote, requests } = await openScripted('nextcloud', ({ method }) =>
      method === 'PUT' ? { status: 201, headers: told } : { status: 200, headers: told, body: 'hello' },
    );
    const entry = await remote.write('a', sourceOf(hello), options);
    expect(entry).toMatchObject({ id: '00000007ocabc', etag: 'e1', size: 5, mtime, proof: 'hash' });
    expect(requests.map((request) => request.method)).toEqual(['PUT', 'GET']);
  });

  it('Nextcloud that hashes what it stores: the upload alone', async () => {
    const headers = { ...told, 'x-hash-sha256': sha256(hello) };
    const { remote, requests } = await openScripted('nextcloud', () => ({ status: 201, headers }));
    expect(await remote.write('a', sourceOf(hello), options)).toMatchObject({ proof: 'hash' });
    expect(requests).toHaveLength(1);
  });
});

describe('R6 a plain server', () => {
  const hello = new TextEncoder().encode('hello');
  const create = { ifAbsent: true, mtime, sha256: sha256(hello) } as const;
  const there = (etag: string, size: number) => multistatus(davResponse('/f/a', { size, etag }));

  it.each([
    ['cuts off', 'hel'],
    ['stores nothing', ''],
    ['flips a byte', 'hellO'],
    ['answers with a page to sign in to the network', '<html>Welcome to our network</html>'],
  ])('that %s never gets to rename anything', async (_what, body) => {
    const { remote, requests } = await openScripted('webdav', ({ method }) => {
      if (method === 'GET' || method === 'PUT') return { status: 200, headers: { etag: '"w"' }, body };
      return { status: method === 'DELETE' ? 204 : 404 };
    });
    await expect(remote.write('a', sourceOf(hello), create)).rejects.toMatchObject({
      code: 'upload-damaged',
    });
    expect(requests.map((request) => request.method)).toEqual(['PUT', 'GET', 'DELETE']);
  });

  it('has the target looked at right before it is replaced', async () => {
    let looks = 0;
    const { remote, requests } = await openScripted('webdav', ({ method }) => {
      if (method === 'GET') return { status: 200, headers: { etag: '"w"' }, body: 'hello' };
      if (method === 'PROPFIND') return there(`e${++looks}`, 5);
      return { status: method === 'DELETE' ? 204 : 201 };
    });
    const replace = { ifMatch: 'e1', mtime, sha256: sha256(hello) } as const;
    const entry = await remote.write('a', sourceOf(hello), replace);
    expect(entry).toMatchObject({ etag: 'e2', proof: 'hash' });
    expect(requests.map((request) => request.method)).toEqual(['PUT', 'GET', 'PROPFIND', 'MOVE', 'PROPFIND']);
    requests.length = 0;
    await expect(remote.write('a', sourceOf(hello), replace)).rejects.toMatchObject({
      code: 'target-changed',
    });
    expect(requests.map((request) => request.method)).not.toContain('MOVE');
  });

  it('that is known to guard its targets costs three requests a new file', async () => {
    const headers = {
      server: 'Apache/2.4.62',
      etag: '"e1"',
      'last-modified': 'Tue, 02 Jul 2024 08:00:00 GMT',
    };
    const { fetch, requests } = scriptedFetch(({ method, url }): ScriptedAnswer => {
      if (method === 'GET') {
        return url.pathname.endsWith('status.php')
          ? { status: 404 }
          : { status: 200, headers, body: 'hello' };
      }
      if (method === 'PROPFIND') {
        const answer = multistatus(davResponse('/f/'));
        return { ...answer, headers: { ...answer.headers, ...headers } };
      }
      return { status: 201 };
    });
    const credentials = { user: 'ana', secret: async () => 'secret' };
    const remote = await openRemote({ url: 'https://files.example/f', ...credentials, fetch });
    requests.length = 0;
    const entry = await remote.write('a', sourceOf(hello), create);
    expect(entry).toMatchObject({ etag: 'e1', size: 5, mtime: { s: 1_719_907_200, ns: 0 }, proof: 'hash' });
    expect(requests.map((request) => request.method)).toEqual(['PUT', 'GET', 'MOVE']);
    expect(requests[2]?.headers.overwrite).toBe('F');
  });
});

describe('ownCloud', () => {
  const hello = new TextEncoder().encode('hello');
  const sha1 = createHash('sha1').update('hello').digest('hex');

  it('is sent the checksum that it compares, and believed with one request', async () => {
    const told = { 'oc-etag': '"e1"', 'oc-fileid': '7', 'x-oc-mtime': 'accepted' };
    const { fetch, requests } = scriptedFetch((request): ScriptedAnswer => {
      if (request.method === 'PROPFIND') return multistatus(davResponse('/remote.php/dav/files/ana/'));
      const probe = familyProbe(request, 'ownCloud', { dav: {} });
      if (request.method === 'PUT') return { status: 201, headers: told };
      return probe ?? { status: 404 };
    });
    const credentials = { user: 'ana', secret: async () => 'secret' };
    const remote = await openRemote({ url: 'https://files.example/f', ...credentials, fetch });
    requests.length = 0;
    const options = { ifAbsent: true, mtime, sha256: sha256(hello) } as const;
    expect(await remote.write('a', sourceOf(hello), options)).toMatchObject({ id: '7', proof: 'hash' });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['oc-checksum']).toBe(`SHA1:${sha1}`);
  });
});

describe('work side by side', () => {
  it('is done in order, so many at a time, and stops at the first failure', async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await inParallel(3, 10, undefined, async (index) => {
      begun.push(index);
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
    });
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(3);
    let aborted = 0;
    const failing = inParallel(2, 10, undefined, async (index, signal) => {
      if (index === 1) throw new Error('first');
      await new Promise<void>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted++;
          reject(new Error('aborted'));
        }),
      );
    });
    await expect(failing).rejects.toThrow('first');
    expect(aborted).toBe(1);
  });
});

describe('two streams', () => {
  const streamOf = async function* (...chunks: number[][]) {
    for (const chunk of chunks) yield Uint8Array.from(chunk);
  };

  it('are the same however they are cut', async () => {
    expect(await sameBytes(streamOf([1, 2], [], [3]), streamOf([1], [2, 3]))).toBe(true);
    expect(await sameBytes(streamOf(), streamOf([]))).toBe(true);
    expect(await sameBytes(streamOf([1]), streamOf([1], [2]))).toBe(false);
    expect(await sameBytes(streamOf([1, 2]), streamOf([1, 3]))).toBe(false);
  });
});
