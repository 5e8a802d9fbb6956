import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBatchReadResult,
  formatBatchWrite,
  parseBatchRead,
  parseBatchReadResult,
  parseBatchWrite,
  parseBatchWriteResult,
} from './batch-messages.ts';

const hex = 'a'.repeat(64);
const write = { path: 'a/ü', mtime: '-1.5', sha256: hex };
const refused = expect.objectContaining({ code: 'bad-request' });

describe('headers of a batch', () => {
  it('of files to write come back as they were', () => {
    fc.assert(
      fc.property(
        fc.record({
          path: fc.string({ unit: 'grapheme' }),
          mtime: fc.record({
            s: fc.integer({ min: -1e9, max: 1e10 }),
            ns: fc.integer({ min: 0, max: 999_999_999 }),
          }),
          sha256: fc.constant(hex),
          executable: fc.boolean(),
          link: fc.boolean(),
          ifMatch: fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: undefined }),
        }),
        (header) => {
          expect(parseBatchWrite(JSON.parse(JSON.stringify(formatBatchWrite(header))))).toEqual(header);
        },
      ),
      { seed: 20261123, numRuns: 200 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a text', 'x'],
    ['no path', { ...write, path: undefined }],
    ['a path that is a number', { ...write, path: 7 }],
    ['no time', { ...write, mtime: undefined }],
    ['a time that is none', { ...write, mtime: 'now' }],
    ['a hash in capitals', { ...write, sha256: 'A'.repeat(64) }],
    ['a hash that is too short', { ...write, sha256: 'a'.repeat(63) }],
    ['a flag that is a text', { ...write, x: '1' }],
    ['a link that is 2', { ...write, link: 2 }],
    ['an empty etag', { ...write, ifMatch: '' }],
    ['an endless etag', { ...write, ifMatch: 'x'.repeat(257) }],
  ])('of a file to write with %s is refused', (_what, json) => {
    expect(() => parseBatchWrite(json)).toThrow(refused);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['an index below zero', { index: -1, error: 'locked' }],
    ['half an index', { index: 0.5, error: 'locked' }],
    ['an error that is a number', { index: 0, error: 5 }],
    ['a message that is a number', { index: 0, error: 'locked', message: 5 }],
    ['no etag', { index: 0, node: '1', sha256: hex, permissions: '', checksums: '' }],
    ['checksums that are none', { index: 0, etag: 'e', checksums: 'SHA256:x' }],
  ])('of a result with %s is refused', (_what, json) => {
    expect(() => parseBatchWriteResult(json)).toThrow(refused);
    expect(() => parseBatchReadResult(json)).toThrow(refused);
  });

  it('of results come back as they were', () => {
    const done = { index: 3, node: '17', etag: 'e', sha256: hex, permissions: 'RGDNVW' };
    expect(parseBatchWriteResult(done)).toEqual(done);
    const failed = { index: 3, error: 'locked', message: 'It is open elsewhere.' };
    expect(parseBatchWriteResult(failed)).toEqual(failed);
    expect(parseBatchReadResult(formatBatchReadResult(failed))).toEqual(failed);
    const read = { index: 0, etag: 'e', checksums: [{ kind: 'SHA256' as const, hex }] };
    expect(parseBatchReadResult(formatBatchReadResult(read))).toEqual(read);
    expect(parseBatchRead({ path: 'a', ifMatch: 'e' })).toEqual({ path: 'a', ifMatch: 'e' });
    expect(() => parseBatchRead({ path: 'a' })).toThrow(refused);
  });
});
