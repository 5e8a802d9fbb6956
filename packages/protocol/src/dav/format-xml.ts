import { escapeXml } from './escape-xml.ts';
import { namespaces } from './namespaces.ts';
import type { XmlElement } from './parse-xml.ts';

const xmlUri = 'http://www.w3.org/XML/1998/namespace';

/** Namespace URI → prefix that is already declared around the text. */
export type XmlScope = ReadonlyMap<string, string>;

/** The prefixes which `multistatusOpen` and `prop` bodies declare. */
export const davScope: XmlScope = new Map(Object.entries(namespaces).map(([prefix, uri]) => [uri, prefix]));

/** The declarations of `davScope`, as attributes with a leading space. */
export const davDeclarations = Object.entries(namespaces)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('');

/**
 * Writes an element so that parsing it gives the same element again: namespaces, attributes, text and mixed
 * content. Prefixes not in `scope` are made up and declared where they are first needed (RFC 4918 §4.3).
 */
export function formatXml(element: XmlElement, scope: XmlScope = davScope): string {
  let inner = scope;
  let declarations = '';
  const prefixOf = (ns: string): string => {
    if (ns === xmlUri) return 'xml';
    const known = inner.get(ns);
    if (known !== undefined) return known;
    const made = `x${inner.size}`;
    inner = new Map(inner).set(ns, made);
    declarations += ` xmlns:${made}="${escapeAttribute(ns)}"`;
    return made;
  };
  const tag = element.ns === '' ? element.name : `${prefixOf(element.ns)}:${element.name}`;
  let attributes = '';
  for (const [key, value] of Object.entries(element.attributes)) {
    const end = key.startsWith('{') ? key.lastIndexOf('}') : -1;
    const name = end < 0 ? key : `${prefixOf(key.slice(1, end))}:${key.slice(end + 1)}`;
    attributes += ` ${name}="${escapeAttribute(value)}"`;
  }
  const open = `<${tag}${declarations}${attributes}`;
  const content = element.content ?? (element.text === '' ? element.children : [element.text]);
  if (content.length === 0) return `${open}/>`;
  let body = '';
  for (const item of content) body += typeof item === 'string' ? escapeText(item) : formatXml(item, inner);
  return `${open}>${body}</${tag}>`;
}

/** An element without content, its prefix taken from `davScope` or declared on the spot. */
export function emptyElement(ns: string, name: string): string {
  if (ns === '') return `<${name}/>`;
  const prefix = davScope.get(ns);
  return prefix === undefined ? `<x:${name} xmlns:x="${escapeAttribute(ns)}"/>` : `<${prefix}:${name}/>`;
}

/** A bare carriage return would be read as a line feed. */
function escapeText(text: string): string {
  return escapeXml(text).replaceAll('\r', '&#13;');
}

/** White space in attributes would be read as blanks. */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}
