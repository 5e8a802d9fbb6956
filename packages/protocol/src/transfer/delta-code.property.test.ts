import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChunks } from './chunk-list.ts';
import { type DeltaInstruction, DeltaParser, deltaHead } from './delta-code.ts';

const sha256 = '0123456789abcdef'.repeat(4);

function encoded(instructions: readonly DeltaInstruction[]): Buffer {
  return Buffer.concat(
    instructions.flatMap((one) => (one.kind === 'bytes' ? [deltaHead(one), one.bytes] : [deltaHead(one)])),
  );
}

/** Parsed in pieces; bytes of one instruction put together again. */
function parsed(body: Buffer, size: number): DeltaInstruction[] {
  const parser = new DeltaParser();
  const out: DeltaInstruction[] = [];
  for (let at = 0; at < body.byteLength; at += size) {
    for (const one of parser.push(body.subarray(at, at + size))) {
      const last = out.at(-1);
      if (one.kind === 'bytes' && last?.kind === 'bytes') {
        const bytes = new Uint8Array(Buffer.concat([last.bytes, one.bytes]));
        out[out.length - 1] = { kind: 'bytes', bytes };
      } else {
        out.push(one.kind === 'bytes' ? { kind: 'bytes', bytes: new Uint8Array(one.bytes) } : one);
      }
    }
  }
  parser.finish();
  return out;
}

const instruction = fc.oneof(
  fc
    .record({ start: fc.nat(Number.MAX_SAFE_INTEGER - 1e6), size: fc.integer({ min: 1, max: 1e6 }) })
    .map((range): DeltaInstruction => ({ kind: 'copy', ...range })),
  fc
    .uint8Array({ minLength: 1, maxLength: 100 })
    .map((bytes): DeltaInstruction => ({ kind: 'bytes', bytes: Buffer.from(bytes) })),
);

describe('a delta', () => {
  it('comes out as it went in, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 20 }), fc.integer({ min: 1, max: 60 }), (list, size) => {
        const body = encoded([...list, { kind: 'end', sha256 }]);
        const whole = parsed(body, body.byteLength);
        expect(parsed(body, size)).toEqual(whole);
        expect(whole.filter(({ kind }) => kind === 'copy')).toEqual(
          list.filter(({ kind }) => kind === 'copy'),
        );
        expect(whole.at(-1)).toEqual({ kind: 'end', sha256 });
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });

  it('that is cut off anywhere is never taken for a whole one', () => {
    const body = encoded([
      { kind: 'copy', start: 5, size: 7 },
      { kind: 'bytes', bytes: Buffer.from('new') },
      { kind: 'end', sha256 },
    ]);
    for (let length = 0; length < body.byteLength; length++) {
      expect(() => parsed(body.subarray(0, length), 5)).toThrow(
        expect.objectContaining({ code: 'body-cut-off' }),
      );
    }
  });

  it.each<[string, Buffer]>([
    ['an unknown instruction', Buffer.from([9])],
    ['a range of nothing', encoded([{ kind: 'copy', start: 1, size: 0 }])],
    ['a range beyond all numbers', Buffer.concat([Buffer.from([1]), Buffer.alloc(16, 255)])],
    ['bytes that are none', Buffer.from([2, 0, 0, 0, 0])],
    ['something behind its end', Buffer.concat([encoded([{ kind: 'end', sha256 }]), Buffer.from([1])])],
  ])('with %s is refused', (_what, body) => {
    expect(() => parsed(body, 3)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('a list of chunks', () => {
  const entry = (size: number) => {
    const bytes = Buffer.alloc(36, 0xab);
    bytes.writeUInt32BE(size);
    return bytes;
  };

  it('is read', () => {
    const list = Buffer.concat([entry(5), entry(4_000_000_000)]);
    expect(parseChunks(list, 4_000_000_005)).toEqual([
      { size: 5, sha256: 'ab'.repeat(32) },
      { size: 4_000_000_000, sha256: 'ab'.repeat(32) },
    ]);
    expect(parseChunks(new Uint8Array(), 0)).toEqual([]);
  });

  it.each<[string, Buffer, number]>([
    ['is cut off', entry(5).subarray(0, 35), 5],
    ['is of another size', entry(5), 6],
    ['has a chunk of nothing', Buffer.concat([entry(0), entry(5)]), 5],
    ['is empty where the content is not', Buffer.alloc(0), 1],
    ['has a size that is no number', entry(5), Number.NaN],
  ])('that %s is refused', (_what, list, size) => {
    expect(() => parseChunks(list, size)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
