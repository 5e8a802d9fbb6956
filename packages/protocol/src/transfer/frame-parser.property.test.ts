import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfFrames, type Frame, FrameParser, frameHead } from './frame-parser.ts';

const limits = { frames: 20, headerBytes: 200, contentBytes: 300 };

function encoded(frames: readonly { header: object; content: Uint8Array }[]): Buffer {
  const parts = frames.flatMap(({ header, content }) => [frameHead(header, content.byteLength), content]);
  return Buffer.concat([...parts, endOfFrames]);
}

function inPieces(body: Buffer, sizes: readonly number[]): Frame[] {
  const parser = new FrameParser(limits);
  const frames: Frame[] = [];
  let at = 0;
  for (let i = 0; at < body.byteLength; i++) {
    const size = sizes.length === 0 ? body.byteLength : (sizes[i % sizes.length] ?? 1);
    frames.push(...parser.push(body.subarray(at, at + size)));
    at += size;
  }
  parser.finish();
  return frames;
}

const anyFrame = fc.record({
  header: fc.record({ path: fc.string({ unit: 'binary', maxLength: 20 }), n: fc.integer() }),
  content: fc.uint8Array({ maxLength: 300 }),
});

describe('frames', () => {
  it('come out as they went in, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 10 }),
        (frames, sizes) => {
          const back = inPieces(encoded(frames), sizes);
          expect(back.map(({ header }) => header)).toEqual(
            frames.map(({ header }) => JSON.parse(JSON.stringify(header))),
          );
          expect(back.map(({ content }) => [...content])).toEqual(frames.map(({ content }) => [...content]));
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });

  it('that are cut off anywhere are never taken for whole ones', () => {
    const body = encoded([{ header: { path: 'a' }, content: Buffer.from('one') }]);
    for (let length = 0; length < body.byteLength; length++) {
      expect(() => inPieces(body.subarray(0, length), [7])).toThrow(
        expect.objectContaining({ code: 'body-cut-off' }),
      );
    }
  });

  it('noise is refused or is waited upon, and never anything worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          inPieces(Buffer.from(bytes), [13]);
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(bad-request|body-too-large|body-cut-off)$/),
          });
        }
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });

  it('holds what is announced, and no more', () => {
    const parser = new FrameParser(limits);
    const [frame] = parser.push(Buffer.concat([frameHead({ a: 1 }, 300), Buffer.alloc(300, 1)]));
    expect(frame?.content).toHaveLength(300);
    expect(() => parser.push(frameHead({ a: 1 }, 301))).toThrow(
      expect.objectContaining({ code: 'body-too-large' }),
    );
    const many = new FrameParser({ ...limits, frames: 1 });
    many.push(frameHead({}));
    expect(() => many.push(frameHead({}))).toThrow(expect.objectContaining({ code: 'body-too-large' }));
    expect(() => new FrameParser(limits).push(frameHead({ path: 'x'.repeat(200) }))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });
});
