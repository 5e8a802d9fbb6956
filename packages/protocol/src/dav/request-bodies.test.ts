import { isAppError } from '@holdfast/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLockinfo } from './parse-lockinfo.ts';
import { parsePropfind } from './parse-propfind.ts';
import { parseMkcol, parseProppatch } from './parse-proppatch.ts';
import { parseReport, parseSyncCollection } from './parse-sync-collection.ts';

const parsers = {
  propfind: parsePropfind,
  proppatch: parseProppatch,
  mkcol: parseMkcol,
  lockinfo: parseLockinfo,
  report: (body: string) => parseSyncCollection(parseReport(body).root),
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
};

describe('PROPFIND', () => {
  test('an empty body means allprop', () => {
    expect(parsePropfind(' \n')).toEqual({ kind: 'allprop', include: [] });
  });

  test('names, each once, stray text passed over', () => {
    const body =
      '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/><x xmlns="urn:x"/><d:getetag/></d:prop>M</d:propfind>';
    expect(parsePropfind(body)).toEqual({
      kind: 'prop',
      names: [
        { ns: 'DAV:', name: 'getetag' },
        { ns: 'urn:x', name: 'x' },
      ],
    });
  });

  test('propname and allprop with include', () => {
    expect(parsePropfind('<propfind xmlns="DAV:"><propname/></propfind>')).toEqual({ kind: 'propname' });
    expect(
      parsePropfind('<propfind xmlns="DAV:"><allprop/><include><sync-token/></include></propfind>'),
    ).toEqual({ kind: 'allprop', include: [{ ns: 'DAV:', name: 'sync-token' }] });
  });

  test.each([
    '<propfind/>',
    '<propfind xmlns="DAV:"/>',
    '<propfind xmlns="DAV:"><prop/><allprop/></propfind>',
    '<propfind xmlns="DAV:"><prop>',
    '<D:propfind xmlns:D="DAV:"><D:prop><bar:foo xmlns:bar=""/></D:prop></D:propfind>',
    '<D:propfind><D:prop/></D:propfind>',
    'nothing of the kind',
  ])('refuses %s', (body) => {
    expect(codeOf(() => parsePropfind(body))).toBe('bad-xml');
  });
});

test('PROPPATCH: instructions in document order, a language written onto its property', () => {
  const body =
    '<d:propertyupdate xmlns:d="DAV:" xml:lang="en"><d:remove><d:prop><a/></d:prop></d:remove>' +
    '<d:set><d:prop xml:lang="de"><b/><c xml:lang="fr"/></d:prop></d:set></d:propertyupdate>';
  const lang = '{http://www.w3.org/XML/1998/namespace}lang';
  expect(
    parseProppatch(body).map(({ action, element }) => [action, element.name, element.attributes[lang]]),
  ).toEqual([
    ['remove', 'a', 'en'],
    ['set', 'b', 'de'],
    ['set', 'c', 'fr'],
  ]);
});

test('MKCOL with another root is of an unsupported kind (RFC 5689 §3)', () => {
  expect(codeOf(() => parseMkcol('<propfind xmlns="DAV:"/>'))).toBe('media-type-unsupported');
});

test('LOCK', () => {
  const body = (scope: string) =>
    `<lockinfo xmlns="DAV:"><lockscope>${scope}</lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>`;
  expect(parseLockinfo(body('<shared/>')).scope).toBe('shared');
  expect(parseLockinfo(body('<exclusive/>')).owner?.text).toBe('me');
  for (const bad of [body(''), body('<shared/><exclusive/>'), '<lockinfo xmlns="DAV:"/>', '<a/>']) {
    expect(codeOf(() => parseLockinfo(bad))).toBe('bad-xml');
  }
});

describe('sync-collection', () => {
  const body = (inner: string) =>
    `<d:sync-collection xmlns:d="DAV:" xmlns:hf="urn:holdfast:dav">${inner}</d:sync-collection>`;
  const level = '<d:sync-level>infinite</d:sync-level>';

  test('reads every element', () => {
    const text = body(
      `<d:sync-token> https://h/1 </d:sync-token><d:sync-level>1</d:sync-level><d:limit><d:nresults>5</d:nresults></d:limit><hf:by-id/><d:prop><d:getetag/></d:prop>`,
    );
    expect(parsers.report(text)).toEqual({
      since: 'https://h/1',
      depth: '1',
      limit: 5,
      names: [{ ns: 'DAV:', name: 'getetag' }],
      byId: true,
    });
    expect(parsers.report(body(`<d:sync-token/>${level}`))).toMatchObject({
      since: undefined,
      depth: 'infinity',
      byId: false,
    });
  });

  test.each([
    level,
    '<d:sync-token/>',
    '<d:sync-token/><d:sync-level>2</d:sync-level>',
    `<d:sync-token/>${level}<d:limit/>`,
    `<d:sync-token/>${level}<d:limit><d:nresults>0</d:nresults></d:limit>`,
    `<d:sync-token/>${level}<d:limit><d:nresults>-1</d:nresults></d:limit>`,
    `<d:sync-token/>${level}<d:limit><d:nresults>1e9</d:nresults></d:limit>`,
  ])('refuses %s', (inner) => {
    expect(codeOf(() => parsers.report(body(inner)))).toBe('bad-xml');
  });
});

describe('S21 hostile XML', () => {
  const documents = {
    'an entity': '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    'many laughs': '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    'an unknown entity': '<propfind xmlns="DAV:"><prop>&nbsp;</prop></propfind>',
    'great depth': '<a>'.repeat(1000),
    'many elements': `<a>${'<b/>'.repeat(30_000)}</a>`,
    'a second root': '<a/><b/>',
    'a name with NUL': '<a\0/>',
    'an unbound prefix': '<x:propfind/>',
    'a cut-off tag': '<propfind xmlns="DAV:"><pro',
  };
  for (const [what, document] of Object.entries(documents)) {
    test.each(Object.keys(parsers) as (keyof typeof parsers)[])(`${what} in %s`, (parser) => {
      expect(codeOf(() => parsers[parser](document))).toBe('bad-xml');
    });
  }

  test('anything is read or refused with 400 or 415', () => {
    const soup = fc.array(
      fc.constantFrom(
        ...[
          '<d:propfind xmlns:d="DAV:">',
          '</d:propfind>',
          '<d:prop>',
          '</d:prop>',
          '<d:set>',
          '<x/>',
          '&amp;',
        ],
        ...['<![CDATA[', ']]>', '<!--', '-->', '<?pi?>', '<d:mkcol xmlns:d="DAV:">', 'text', '\u{FFFF}', '"'],
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(soup, fc.constantFrom(...Object.values(parsers)), (pieces, parser) => {
        const code = codeOf(() => parser(pieces.join('')));
        expect(['none', 'bad-xml', 'media-type-unsupported']).toContain(code);
      }),
      { seed: 21, numRuns: 2000 },
    );
  });
});
