import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { chunksMediaType, type DeltaInstruction, DeltaParser } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { FolderAddress } from './address.ts';
import { DavClient } from './dav-client.ts';
import { NodeDeltas } from './delta-transfers.ts';
import type { DeltaPiece } from './transfers.ts';
import type { FetchInit } from './transport.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const sha256 = 'ab'.repeat(32);

function deltasAnswering(answer: Answer) {
  const requests: { init: FetchInit; body: Buffer }[] = [];
  const fetch = async (_url: string, init: FetchInit) => {
    const parts: Uint8Array[] = [];
    const { body = '' } = init;
    if (typeof body === 'string' || body instanceof Uint8Array) parts.push(Buffer.from(body));
    else for await (const part of body) parts.push(part);
    requests.push({ init, body: Buffer.concat(parts) });
    const { status, headers = {}, body: text = Buffer.alloc(0) } = answer;
    const chunks = (async function* () {
      yield text;
    })();
    return { status, headers: { get: (name: string) => headers[name.toLowerCase()] ?? null }, body: chunks };
  };
  const credentials = { user: 'ana', secret: async () => 'secret' };
  const dav = new DavClient('https://node.example', { credentials, fetch, clock: manualClock() });
  const place = { dav, address: new FolderAddress('/f'), properties: '' };
  return { deltas: new NodeDeltas(place, { minBytes: 1, maxBytes: 1e9 }), requests };
}

function sentInstructions(body: Buffer): DeltaInstruction[] {
  const parser = new DeltaParser();
  const all = parser.push(body);
  parser.finish();
  return all;
}

async function* each(pieces: readonly DeltaPiece[]): AsyncGenerator<DeltaPiece> {
  yield* pieces;
}

const mtime = { s: 1, ns: 5 };
const done: Answer = { status: 204, headers: { etag: '"e2"', 'hf-node': '7', 'x-hash-sha256': sha256 } };
const pieces: readonly DeltaPiece[] = [
  { kind: 'copy', start: 0, size: 10 },
  { kind: 'copy', start: 10, size: 5 },
  { kind: 'bytes', bytes: Buffer.from('new') },
  { kind: 'copy', start: 20, size: 1 },
];
const options = { ifMatch: 'e1', size: 19, digest: () => sha256, mtime };

describe('a delta that is written', () => {
  it('joins what follows one another, and ends with the hash', async () => {
    const { deltas, requests } = deltasAnswering(done);
    const entry = await deltas.write('a b', each(pieces), { ...options, executable: true });
    expect(entry).toMatchObject({ id: '7', etag: 'e2', size: 19, mtime, executable: true });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.init.headers).toMatchObject({
      'if-match': '"e1"',
      'oc-total-length': '19',
      'x-oc-mtime': '1.000000005',
      'hf-executable': '1',
    });
    expect(sentInstructions(requests[0]?.body ?? Buffer.alloc(0))).toEqual([
      { kind: 'copy', start: 0, size: 15 },
      { kind: 'bytes', bytes: Buffer.from('new') },
      { kind: 'copy', start: 20, size: 1 },
      { kind: 'end', sha256 },
    ]);
  });

  it.each<[string, Answer, string]>([
    [
      'another hash',
      { ...done, headers: { ...done.headers, 'x-hash-sha256': 'c'.repeat(64) } },
      'upload-damaged',
    ],
    ['400', { status: 400 }, 'upload-damaged'],
    ['412', { status: 412 }, 'target-changed'],
    ['409', { status: 409 }, 'target-changed'],
    ['404', { status: 404 }, 'not-found'],
    ['507', { status: 507 }, 'quota-exceeded'],
    ['423', { status: 423 }, 'locked'],
    ['503', { status: 503 }, 'unavailable'],
  ])('R6 and answered with %s is no success', async (_what, answer, code) => {
    const { deltas } = deltasAnswering(answer);
    await expect(deltas.write('a', each(pieces), options)).rejects.toMatchObject({ code });
  });

  it('fails with the error of its source', async () => {
    const { deltas } = deltasAnswering(done);
    const broken = async function* (): AsyncGenerator<DeltaPiece> {
      yield { kind: 'copy', start: 0, size: 19 };
      throw new AppError('local-unreadable');
    };
    await expect(deltas.write('a', broken(), options)).rejects.toMatchObject({ code: 'local-unreadable' });
    for (const size of [18, 20]) {
      await expect(deltas.write('a', each(pieces), { ...options, size })).rejects.toMatchObject({
        code: 'target-changed',
      });
    }
  });
});

describe('a list of chunks', () => {
  const bytes = Buffer.from('some bytes');
  const entry = Buffer.concat([Buffer.from([0, 0, 0, 10]), createHash('sha256').update(bytes).digest()]);
  const headers = { 'content-type': chunksMediaType, etag: '"e1"', 'hf-length': '10' };

  it('is read', async () => {
    const { deltas, requests } = deltasAnswering({ status: 200, headers, body: entry });
    const hex = createHash('sha256').update(bytes).digest('hex');
    expect(await deltas.chunks('a', 'e1')).toEqual([{ start: 0, size: 10, sha256: hex }]);
    expect(requests[0]?.init.headers).toMatchObject({ accept: chunksMediaType, 'if-match': '"e1"' });
  });

  it.each<[string, Answer, string]>([
    ['a page', { status: 200, headers: { ...headers, 'content-type': 'text/html' } }, 'server-answer-odd'],
    ['half a list', { status: 200, headers, body: entry.subarray(0, 20) }, 'server-answer-odd'],
    [
      'a list of another size',
      { status: 200, headers: { ...headers, 'hf-length': '11' }, body: entry },
      'server-answer-odd',
    ],
    ['no size', { status: 200, headers: { ...headers, 'hf-length': '' }, body: entry }, 'server-answer-odd'],
    [
      'another version',
      { status: 200, headers: { ...headers, etag: '"e2"' }, body: entry },
      'target-changed',
    ],
    ['412', { status: 412 }, 'target-changed'],
    ['404', { status: 404 }, 'not-found'],
  ])('that is %s is refused', async (_what, answer, code) => {
    const { deltas } = deltasAnswering(answer);
    await expect(deltas.chunks('a', 'e1')).rejects.toMatchObject({ code });
  });
});
