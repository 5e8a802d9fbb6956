import { expect, it } from 'vitest';
import { formatBytes, formatCount, formatNumber, formatSpan, printable } from './format-amount.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [99_949, '99.9 KB'],
  [999_600, '1.0 MB'],
  [1_073_741_824, '1.1 GB'],
  [5e15, '5.0 PB'],
  [5e18, '5000 PB'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '0.0 s'],
  [9_949, '9.9 s'],
  [59_949, '60 s'],
  [60_000, '1 min 0 s'],
  [3_599_400, '59 min 59 s'],
  [12_000_000, '3 h 20 min'],
])('%d ms read %s', (ms, text) => expect(formatSpan(ms)).toBe(text));

it('counts one and many', () => {
  expect(formatCount(1, 'file')).toBe('1 file');
  expect(formatCount(20_000, 'file')).toBe('20,000 files');
  expect([0, 999, 1000, 1_234_567].map(formatNumber)).toEqual(['0', '999', '1,000', '1,234,567']);
});

it('S21 shows names of others without their control characters', () => {
  expect(printable('a\r\u001b[2Jb\u2028c')).toBe('a??[2Jb?c');
});
