import { AppError } from '@holdfast/base';

/** One condition of an `If` header: a state token or an entity tag, perhaps negated. */
export interface IfCondition {
  readonly not: boolean;
  readonly token?: string;
  /** Without quotes; a weak one keeps its `W/"…"` form, which equals no strong etag. */
  readonly etag?: string;
}

/** An `If` header (RFC 4918 §10.4). */
export interface IfHeader {
  /** `resource`: the tag as it was sent, undefined for the request URI. Conditions of one list all count. */
  readonly lists: readonly {
    readonly resource: string | undefined;
    readonly conditions: readonly IfCondition[];
  }[];
  /** Every state token, wherever it stands: all count as submitted (RFC 4918 §10.4.1). */
  readonly tokens: readonly string[];
}

const maxLength = 16 * 1024;

/**
 * Reads an `If` header in one pass from left to right.
 * @throws AppError `bad-request` when it is malformed, mixes tagged and untagged lists, or is longer than 16 KiB.
 */
export function parseIfHeader(text: string): IfHeader {
  if (text.length > maxLength) throw malformed();
  let at = 0;
  const skip = () => {
    while (text[at] === ' ' || text[at] === '\t') at++;
  };
  const until = (end: string): string => {
    const stop = text.indexOf(end, at + 1);
    if (stop < 0) throw malformed();
    const value = text.slice(at + 1, stop);
    at = stop + 1;
    return value;
  };
  const condition = (): IfCondition => {
    const not = /^not(?=[\s<[])/i.test(text.slice(at, at + 4));
    if (not) {
      at += 3;
      skip();
    }
    if (text[at] === '<') return { not, token: required(until('>').trim()) };
    if (text[at] !== '[') throw malformed();
    return { not, etag: entityTag(until(']').trim()) };
  };
  const list = (): IfCondition[] => {
    at++;
    const conditions: IfCondition[] = [];
    for (skip(); text[at] !== ')'; skip()) conditions.push(condition());
    at++;
    if (conditions.length === 0) throw malformed();
    return conditions;
  };

  const lists: { resource: string | undefined; conditions: IfCondition[] }[] = [];
  let resource: string | undefined;
  let bareTag = false;
  for (skip(); at < text.length; skip()) {
    if (text[at] === '<') {
      if (bareTag || (lists.length > 0 && resource === undefined)) throw malformed();
      resource = required(until('>').trim());
      bareTag = true;
    } else if (text[at] === '(') {
      lists.push({ resource, conditions: list() });
      bareTag = false;
    } else throw malformed();
  }
  if (lists.length === 0 || bareTag) throw malformed();
  const tokens = lists.flatMap(({ conditions }) => conditions.flatMap(({ token }) => token ?? []));
  return { lists, tokens: [...new Set(tokens)] };
}

function entityTag(text: string): string {
  if (text.startsWith('W/')) return text;
  const quoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  if (!quoted) throw malformed();
  return text.slice(1, -1);
}

function required(text: string): string {
  if (text === '') throw malformed();
  return text;
}

function malformed(): AppError {
  return new AppError('bad-request', { message: 'The If header is malformed.' });
}
