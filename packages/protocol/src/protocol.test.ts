import { AppError } from '@holdfast/base';
import { seededRandom } from '@holdfast/base/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePath,
  encodePath,
  escapeXml,
  formatMtime,
  generateToken,
  httpDate,
  looksLikeToken,
  mtimeFromMs,
  mtimeFromNs,
  parseChecksums,
  parseMtime,
  parseScopes,
  parseXml,
  ruleOf,
  textOf,
} from './index.ts';

const seed = 20_261_123;

describe('S6 tokens', () => {
  it('are recognised by form and checksum', () => {
    const token = generateToken('device', seededRandom(1));
    expect(token).toMatch(/^hf_d_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
    expect(looksLikeToken(token)).toBe(true);
    const at = 10;
    const typo = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
    expect(looksLikeToken(typo)).toBe(false);
    expect(looksLikeToken('')).toBe(false);
  });

  it('know their scopes, and write brings read', () => {
    expect(parseScopes(['files'])).toEqual(['files:delete', 'files:read', 'files:write']);
    expect(parseScopes(['files:write'])).toEqual(['files:read', 'files:write']);
    expect(() => parseScopes(['account:password'])).toThrow(/Unknown scope/);
  });
});

describe('R14 modification times', () => {
  it('round-trip through text to the nanosecond, before 1970 too', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 19n), 10n ** 19n), (ns) => {
        const mtime = mtimeFromNs(ns);
        expect(mtime.ns).toBeGreaterThanOrEqual(0);
        expect(parseMtime(formatMtime(mtime))).toEqual(mtime);
        expect(BigInt(mtime.s) * 1_000_000_000n + BigInt(mtime.ns)).toBe(ns);
      }),
      { seed },
    );
  });

  it('refuse what is no time', () => {
    for (const bad of ['', 'now', '1e9', '99999999999999', '1,5']) expect(parseMtime(bad)).toBeUndefined();
    expect(mtimeFromMs(1500)).toEqual({ s: 1, ns: 500_000_000 });
    expect(httpDate({ s: 0, ns: 5 })).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });
});

describe('S21 XML', () => {
  it('is read with namespaces, mixed content included', () => {
    const root = parseXml(
      '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:o="urn:o"><d:prop><o:x a="1">t</o:x></d:prop>M</d:propfind>',
    );
    expect(root).toMatchObject({ ns: 'DAV:', name: 'propfind', text: 'M' });
    expect(root.children[0]?.children[0]).toMatchObject({
      ns: 'urn:o',
      name: 'x',
      text: 't',
      attributes: { a: '1' },
    });
  });

  it('is refused with a DOCTYPE, unbound prefixes, too deep, cut off, empty', () => {
    const bad = [
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      '<!DOCTYPE a><a/>',
      '<x:a/>',
      '<a><b></a>',
      '<a>',
      '',
      '<a>'.repeat(50) + '</a>'.repeat(50),
    ];
    for (const text of bad)
      expect(() => parseXml(text), text).toThrow(expect.objectContaining({ code: 'bad-xml' }));
  });

  it('escapes whatever it is given into something that parses back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const back = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        if (!/[^\t\n\x20-\uD7FF\uE000-\uFFFD]/.test(text)) expect(back.text).toBe(text);
      }),
      { seed },
    );
  });
});

describe('S21 address paths', () => {
  it('round-trip odd names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 4 }), (parts) => {
        const names = parts.filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..');
        expect(decodePath(encodePath(names.join('/')))).toBe(names.join('/'));
      }),
      { seed },
    );
  });

  it('refuse traversal and broken encoding', () => {
    for (const bad of ['a/%2e%2e/b', '../a', 'a%2Fb', '%00', '%ff', '%']) {
      expect(() => decodePath(bad), bad).toThrow(expect.objectContaining({ code: 'bad-path' }));
    }
  });
});

describe('errors', () => {
  it('are shown with their own sentence, or with that of their code', () => {
    expect(textOf(new AppError('not-signed-in'))).toBe('Sign in with your name and a token or password.');
    expect(textOf(new AppError('not-signed-in', { message: 'Who?' }))).toBe('Who?');
    expect(textOf(new AppError('no-such-code'))).toBe(ruleOf('internal').text);
  });
});

describe('checksums', () => {
  it('are read from a header, unknown kinds left out, malformed ones refused', () => {
    expect(parseChecksums('SHA1:01FAF8EBE22ECF2C62C6F62D555D04909CB53E08')).toEqual([
      { kind: 'SHA1', hex: '01faf8ebe22ecf2c62c6f62d555d04909cb53e08' },
    ]);
    expect(parseChecksums('ADLER32:045d01c1')).toEqual([]);
    expect(parseChecksums('SHA1:xyz')).toBeUndefined();
    expect(parseChecksums('nonsense')).toBeUndefined();
  });
});
