import { AppError } from '@holdfast/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIfHeader } from './parse-if-header.ts';

const codeOf = (text: string): string | undefined => {
  try {
    parseIfHeader(text);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('parseIfHeader', () => {
  test('reads the examples of RFC 4918 §10.4', () => {
    expect(parseIfHeader('(<urn:uuid:a1> ["I am an ETag"]) (["I am another ETag"])')).toEqual({
      lists: [
        {
          resource: undefined,
          conditions: [
            { not: false, token: 'urn:uuid:a1' },
            { not: false, etag: 'I am an ETag' },
          ],
        },
        { resource: undefined, conditions: [{ not: false, etag: 'I am another ETag' }] },
      ],
      tokens: ['urn:uuid:a1'],
    });
    expect(parseIfHeader('(Not <urn:uuid:1> <urn:uuid:2>)')).toEqual({
      lists: [
        {
          resource: undefined,
          conditions: [
            { not: true, token: 'urn:uuid:1' },
            { not: false, token: 'urn:uuid:2' },
          ],
        },
      ],
      tokens: ['urn:uuid:1', 'urn:uuid:2'],
    });
    const tagged = parseIfHeader('</a> (<urn:1>[W/"weak"]) <http://h/b> (["x"]) (Not<DAV:no-lock>)');
    expect(tagged.lists.map((list) => list.resource)).toEqual(['/a', 'http://h/b', 'http://h/b']);
    expect(tagged.lists[0]?.conditions[1]).toEqual({ not: false, etag: 'W/"weak"' });
  });

  test.each([
    '',
    '   ',
    '()',
    '(',
    '(<a>',
    '(<>)',
    '(<a)',
    '(["e)',
    '([e])',
    '(["e"]',
    'Not (<a>)',
    '(Not)',
    '(Not Not <a>)',
    '(Notx)',
    '<a>',
    '<a> <b> (<c>)',
    '(<a>) <b> (<c>)',
    '(<a>) x',
    '<a> (<b>) <c>',
    '"e"',
    '(<a>)\0',
    `(${'<a> '.repeat(5000)})`,
  ])('refuses %j', (text) => {
    expect(codeOf(text)).toBe('bad-request');
  });

  test('S21 any text is read or refused, never anything else, and at once', () => {
    const pieces = fc.array(
      fc.constantFrom('(', ')', '<', '>', '[', ']', '"', 'Not', 'not ', ' ', 'W/', 'urn:x', '/p', '\t'),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map((list) => list.join('')),
          fc.string({ maxLength: 200 }),
        ),
        (text) => {
          expect([undefined, 'bad-request']).toContain(codeOf(text));
        },
      ),
      { seed: 104, numRuns: 3000 },
    );
  });
});
