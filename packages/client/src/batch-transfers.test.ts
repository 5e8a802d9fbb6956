import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { endOfFrames, FrameParser, frameHead } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { NodeBatches } from './batch-transfers.ts';
import { DavClient } from './dav-client.ts';
import type { BatchUpload } from './transfers.ts';
import type { FetchInit } from './transport.ts';

const limits = { files: 3, bytes: 100, fileBytes: 50 };
const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const etag = 'e1';

/** A file of the answer: what is told of it, and its bytes. */
type Told = readonly [header: object, text?: string];

function answerOf(told: readonly Told[], end: Uint8Array = endOfFrames): Buffer {
  const frames = told.flatMap(([header, text = '']) => [
    frameHead(header, Buffer.byteLength(text)),
    Buffer.from(text),
  ]);
  return Buffer.concat([...frames, end]);
}

function batchesAnswering(answer: () => Buffer, status = 200): { batches: NodeBatches; sent: Buffer[] } {
  const sent: Buffer[] = [];
  const fetch = async (_url: string, init: FetchInit) => {
    sent.push(Buffer.from(init.body as Uint8Array));
    const body = (async function* () {
      const bytes = answer();
      for (let at = 0; at < bytes.byteLength; at += 7) yield bytes.subarray(at, at + 7);
    })();
    return { status, headers: { get: () => null }, body };
  };
  const credentials = { user: 'ana', secret: async () => 'secret' };
  const dav = new DavClient('https://node.example', { credentials, fetch, clock: manualClock() });
  return { batches: new NodeBatches({ dav, address: '/b', folder: 'Work/ü', limits }), sent };
}

const upload = (path: string, text: string): BatchUpload => ({
  path,
  bytes: Buffer.from(text),
  options: { ifAbsent: true, mtime: { s: 1, ns: 0 }, sha256: hex(text) },
});

const stored = (index: number, text: string): Told => [
  { index, node: '7', etag, sha256: hex(text), permissions: 'RGDNVW' },
];

const codes = (results: readonly unknown[]) =>
  results.map((result) => (result instanceof AppError ? result.code : 'done'));

const write = (told: readonly Told[], end?: Uint8Array) =>
  batchesAnswering(() => answerOf(told, end)).batches.write([upload('a', 'one'), upload('b', 'two')]);

describe('a batch that is written', () => {
  it('names files from the top of the account', async () => {
    const { batches, sent } = batchesAnswering(() => answerOf([stored(0, 'one')]));
    await batches.write([upload('d/a', 'one')]);
    const parser = new FrameParser({ frames: 9, headerBytes: 999, contentBytes: 99 });
    const [frame] = parser.push(sent[0] ?? Buffer.alloc(0));
    expect(frame?.header).toEqual({ path: 'Work/ü/d/a', mtime: '1', sha256: hex('one') });
    expect(Buffer.from(frame?.content ?? []).toString()).toBe('one');
    expect(parser.ended).toBe(true);
  });

  it('R6 is believed file by file: nothing said and another hash are no success', async () => {
    expect(codes(await write([stored(1, 'two'), stored(0, 'one')]))).toEqual(['done', 'done']);
    expect(codes(await write([stored(1, 'two')]))).toEqual(['server-unreachable', 'done']);
    expect(codes(await write([stored(0, 'ONE'), stored(1, 'two')]))).toEqual(['upload-damaged', 'done']);
  });

  it('that breaks off on the way back leaves the rest unsaid', async () => {
    const cut = answerOf([stored(0, 'one'), stored(1, 'two')]).subarray(0, -20);
    const { batches } = batchesAnswering(() => cut);
    const results = await batches.write([upload('a', 'one'), upload('b', 'two')]);
    expect(codes(results)).toEqual(['done', 'server-unreachable']);
    expect(codes(await write([stored(0, 'one'), stored(1, 'two')], new Uint8Array()))).toEqual([
      'done',
      'done',
    ]);
  });

  it.each([
    ['precondition-failed', 'target-changed'],
    ['is-a-folder', 'target-changed'],
    ['checksum-mismatch', 'upload-damaged'],
    ['bad-name', 'name-impossible'],
    ['name-too-long', 'name-impossible'],
    ['parent-missing', 'parent-missing'],
    ['not-a-folder', 'parent-missing'],
    ['quota-exceeded', 'quota-exceeded'],
    ['disk-full', 'quota-exceeded'],
    ['locked', 'locked'],
    ['forbidden', 'forbidden'],
    ['a-code-of-tomorrow', 'unavailable'],
  ])('understands %s as %s', async (error, code) => {
    const results = await write([[{ index: 0, error, message: 'Because.' }], stored(1, 'two')]);
    expect(results[0]).toMatchObject({ code, details: { path: 'a', message: 'Because.' } });
    expect(codes(results)[1]).toBe('done');
  });

  it.each<[string, Buffer]>([
    ['speaks of other files', answerOf([stored(2, 'x')])],
    ['has no sense', answerOf([[{ index: 0, error: 5 }]])],
    ['is a page', Buffer.from('<html>Please sign in</html>')],
    ['never ends', answerOf([stored(0, 'one'), stored(0, 'one'), stored(0, 'one')])],
  ])('with an answer that %s fails as a whole', async (_what, answer) => {
    const { batches } = batchesAnswering(() => answer);
    await expect(batches.write([upload('a', 'one'), upload('b', 'two')])).rejects.toMatchObject({
      code: 'server-answer-odd',
    });
  });

  it('that is larger than allowed is not sent', async () => {
    const { batches, sent } = batchesAnswering(() => answerOf([]));
    const many = ['a', 'b', 'c', 'd'].map((path) => upload(path, ''));
    const heavy = ['a', 'b', 'c'].map((path) => upload(path, 'x'.repeat(40)));
    for (const files of [many, heavy, [upload('a', 'x'.repeat(51))]]) {
      await expect(batches.write(files)).rejects.toMatchObject({ code: 'body-too-large' });
    }
    expect(sent).toEqual([]);
  });
});

describe('a batch that is read', () => {
  const wanted = ['a', 'b'].map((path) => ({ path, ifMatch: etag }));
  const file = (index: number, text: string, extra: object = {}): Told => [
    { index, etag, checksums: `SHA256:${hex(text)}`, ...extra },
    text,
  ];
  const read = async (answer: Buffer) => {
    const { batches } = batchesAnswering(() => answer);
    const results: unknown[] = [];
    for await (const { index, result } of batches.read(wanted)) results[index] = result;
    return results;
  };

  it('gives the bytes of each, in any order', async () => {
    const results = await read(answerOf([file(1, 'two'), file(0, '')]));
    expect(results).toMatchObject([
      { size: 0 },
      { etag, size: 3, bytes: new Uint8Array(Buffer.from('two')) },
    ]);
  });

  it('R6 bytes without a hash, another version and nothing said are told', async () => {
    expect(codes(await read(answerOf([file(0, 'one', { checksums: `SHA1:${'a'.repeat(40)}` })])))).toEqual([
      'download-damaged',
      'server-unreachable',
    ]);
    expect(codes(await read(answerOf([file(0, 'one', { etag: 'e2' })])))).toEqual([
      'target-changed',
      'server-unreachable',
    ]);
  });

  it.each<[string, Buffer, string]>([
    ['names a file twice', answerOf([file(0, 'one'), file(0, 'one')]), 'server-answer-odd'],
    ['names another file', answerOf([file(5, 'one')]), 'server-answer-odd'],
    ['has no sense', answerOf([[{ index: 0, etag, checksums: 5 }]]), 'server-answer-odd'],
    ['brings too much', answerOf([file(0, 'x'.repeat(51))]), 'server-answer-odd'],
    ['breaks off', answerOf([file(0, 'one')], new Uint8Array()), 'server-unreachable'],
  ])('with an answer that %s fails as a whole', async (_what, answer, code) => {
    await expect(read(answer)).rejects.toMatchObject({ code });
  });
});
