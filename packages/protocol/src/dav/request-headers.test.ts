import { isAppError } from '@holdfast/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDepth, parseOverwrite } from './parse-depth.ts';
import { parseDestination } from './parse-destination.ts';
import { parseEtagList } from './parse-etag-list.ts';
import { parseHttpDate } from './parse-http-date.ts';
import { parseRange } from './parse-range.ts';
import { parseTimeout } from './parse-timeout.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
};

test('Depth and Overwrite', () => {
  expect(parseDepth(undefined, ['0', '1', 'infinity'], 'infinity')).toBe('infinity');
  expect(parseDepth(' Infinity ', ['0', 'infinity'], '0')).toBe('infinity');
  for (const bad of ['1', '2', '', '-1', '0,0', 'infinity, noroot']) {
    expect(codeOf(() => parseDepth(bad, ['0', 'infinity'], '0'))).toBe('bad-request');
  }
  expect(parseOverwrite(undefined)).toBe(true);
  expect(parseOverwrite('f')).toBe(false);
  expect(codeOf(() => parseOverwrite('maybe'))).toBe('bad-request');
});

test('Timeout: the first value that is understood, within bounds', () => {
  expect(parseTimeout('Infinite, Second-4100000000', 60, 3600)).toBe(3600);
  expect(parseTimeout('Extend, Second-10', 60, 3600)).toBe(10);
  expect(parseTimeout('Second-99999999', 60, 3600)).toBe(3600);
  expect(parseTimeout('Second-0', 60, 3600)).toBe(1);
  expect(parseTimeout('Second--5', 60, 3600)).toBe(60);
  expect(parseTimeout(undefined, 60, 3600)).toBe(60);
});

describe('Destination', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/a?x=1', '/a'],
    ['http://h.example/a%20b', '/a%20b'],
    ['https://H.EXAMPLE:443/a', '/a'],
    ['http://h.example:80', '/'],
    ['http://user@h.example/a', '/a'],
  ])('%s', (header, path) => {
    expect(parseDestination(header, 'h.example')).toBe(path);
  });

  test.each([
    [undefined, 'bad-request'],
    ['', 'bad-request'],
    ['a/b', 'bad-request'],
    ['//h.example/a', 'bad-request'],
    ['/a#b', 'bad-request'],
    ['http://h.example/a#b', 'bad-request'],
    ['ftp://h.example/a', 'bad-request'],
    ['https%3A//h.example/a', 'bad-request'],
    ['http:///a', 'bad-request'],
    ['http://other.example/a', 'bad-gateway'],
    ['http://h.example:8080/a', 'bad-gateway'],
    ['http://h.example@other.example/a', 'bad-gateway'],
  ])('refuses %s', (header, code) => {
    expect(codeOf(() => parseDestination(header, 'h.example'))).toBe(code);
  });
});

test('lists of etags', () => {
  expect(parseEtagList(' * ', 'strong')).toBe('*');
  expect(parseEtagList('"a", W/"b","c,d"', 'strong')).toEqual(['a', 'W/"b"', 'c,d']);
  expect(parseEtagList('W/"b"', 'weak')).toEqual(['b']);
  expect(parseEtagList('bare, "x"', 'strong')).toEqual(['bare', 'x']);
  for (const bad of ['', ' , ', '"open', `"${'x'.repeat(20_000)}"`]) {
    expect(codeOf(() => parseEtagList(bad, 'strong'))).toBe('bad-request');
  }
});

test('a list of etags is read or refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (text) => {
      expect(['none', 'bad-request']).toContain(codeOf(() => parseEtagList(text, 'strong')));
    }),
    { seed: 7232, numRuns: 1000 },
  );
});

test('Range: one range of bytes, or the whole', () => {
  expect(parseRange('bytes=0-9')).toEqual({ start: 0, end: 9 });
  expect(parseRange('bytes=5-')).toEqual({ start: 5 });
  expect(parseRange('bytes=-5')).toEqual({ suffix: 5 });
  expect(parseRange('Bytes = 1 - 2')).toEqual({ start: 1, end: 2 });
  for (const whole of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=2-1',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=a-b',
  ]) {
    expect(parseRange(whole)).toBeUndefined();
  }
});

test('dates of HTTP', () => {
  expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(784_111_777);
  for (const bad of [
    undefined,
    '',
    'yesterday',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    '1994-11-06',
    'Sun, 06 Nov 1994 28:49:37 GMT',
  ]) {
    expect(parseHttpDate(bad)).toBeUndefined();
  }
});
