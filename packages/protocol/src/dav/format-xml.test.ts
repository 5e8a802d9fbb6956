import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { davDeclarations, emptyElement, formatXml } from './format-xml.ts';
import { namespaces } from './namespaces.ts';
import { parseXml, type XmlElement } from './parse-xml.ts';

const roundTrip = (element: XmlElement): XmlElement | undefined =>
  parseXml(`<w${davDeclarations}>${formatXml(element)}</w>`).children[0];

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,8}$/);
const ns = fc.oneof(
  fc.constant(''),
  fc.constantFrom(...Object.values(namespaces)),
  fc.constantFrom('http://example.org/a"b&c', 'urn:x', 'http://example.org/ünï'),
);
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) =>
  // What XML 1.0 cannot say is replaced when it is written; the rest must survive.
  value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?'),
);
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .record({
      ns,
      name,
      attributes: fc.dictionary(name, text, { maxKeys: 3 }),
      content: fc.array(fc.oneof({ depthSize: 'small', maxDepth: 4 }, text, tie('element')), {
        maxLength: 4,
      }),
    })
    .map((shape) => write(shape as Shape)),
}));

interface Shape {
  ns: string;
  name: string;
  attributes: Record<string, string>;
  content: (string | Shape)[];
}

/** By hand and with other prefixes than `formatXml` would choose. */
function write(shape: Shape | string): string {
  if (typeof shape === 'string') return shape;
  const quote = (value: string) =>
    value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`);
  const attributes = Object.entries(shape.attributes)
    .filter(([key]) => !key.startsWith('xml'))
    .map(([key, value]) => ` ${key}="${quote(value)}"`)
    .join('');
  const content = shape.content
    .map((item) => (typeof item === 'string' && !item.startsWith('<q') ? quote(item) : write(item)))
    .join('');
  const tag = shape.ns === '' ? `q${shape.name}` : `q:q${shape.name}`;
  const declaration = shape.ns === '' ? '' : ` xmlns:q="${quote(shape.ns)}"`;
  return `<${tag}${declaration}${attributes}>${content}</${tag}>`;
}

describe('formatXml', () => {
  test('what was read is written so that it reads the same again (RFC 4918 §4.3)', () => {
    fc.assert(
      fc.property(element, (xml) => {
        const parsed = parseXml(xml);
        expect(roundTrip(parsed)).toEqual(parsed);
      }),
      { seed: 4918, numRuns: 500 },
    );
  });

  test.each([
    ['mixed content', '<p xmlns="u">one <b>two</b> three <b/> four</p>'],
    ['a default namespace taken back', '<p xmlns="u"><q xmlns=""><r/></q></p>'],
    ['prefixed attributes and a language', '<p xmlns:a="urn:a" a:b="&quot;&#10;" xml:lang="de-AT"/>'],
    ['unicode of four bytes', '<p>\u{10000}\u{1F600}é</p>'],
    ['a carriage return', '<p>a&#13;b</p>'],
    ['white space only', '<p>  \n </p>'],
    ['CDATA', '<p><![CDATA[<not> & markup]]></p>'],
  ])('keeps %s', (_, xml) => {
    const parsed = parseXml(xml);
    expect(roundTrip(parsed)).toEqual(parsed);
  });

  test('a namespace cannot break out of its declaration', () => {
    const hostile = { ns: 'x"/><evil', name: 'p', attributes: {}, children: [], text: '' };
    expect(roundTrip(hostile)).toEqual(hostile);
    expect(parseXml(emptyElement(hostile.ns, 'p')).ns).toBe(hostile.ns);
  });
});
