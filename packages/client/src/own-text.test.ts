import { expect, it } from 'vitest';
import { ownText } from './own-text.ts';

it.each([
  '',
  'short',
  'an etag that is rather long',
  '\uFEFFwith a mark at the start',
  'Grüße 🎈 aus Köln',
  'a lone \uD83C surrogate',
])('gives the same text: %j', (text) => expect(ownText(text)).toBe(text));
