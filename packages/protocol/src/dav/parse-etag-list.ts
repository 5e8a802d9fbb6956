import { AppError } from '@holdfast/base';

/**
 * Reads `If-Match` or `If-None-Match` (RFC 9110 §8.8.3, §13.1): etags without quotes, or `*`.
 * `strong`: a weak etag keeps its `W/"…"` form and so equals none of ours; `weak`: the mark is dropped.
 * An etag without quotes, which some clients send, is taken as it stands.
 * @throws AppError `bad-request` when a quote is left open or the list is empty or longer than 16 KiB.
 */
export function parseEtagList(header: string, comparison: 'strong' | 'weak'): '*' | string[] {
  const text = header.trim();
  if (text === '*') return '*';
  const out: string[] = [];
  let at = 0;
  while (at < text.length && text.length <= 16 * 1024) {
    if (text[at] === ',' || text[at] === ' ' || text[at] === '\t') {
      at++;
      continue;
    }
    const weak = text.startsWith('W/"', at);
    const open = weak ? at + 2 : at;
    if (text[open] === '"') {
      const close = text.indexOf('"', open + 1);
      if (close < 0) break;
      const value = text.slice(open + 1, close);
      out.push(weak && comparison === 'strong' ? `W/"${value}"` : value);
      at = close + 1;
    } else {
      const comma = text.indexOf(',', at);
      const end = comma < 0 ? text.length : comma;
      out.push(text.slice(at, end).trim());
      at = end;
    }
  }
  if (at < text.length || out.length === 0) {
    throw new AppError('bad-request', { message: 'The list of etags is malformed.' });
  }
  return out;
}
