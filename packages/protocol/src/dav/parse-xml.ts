import { AppError } from '@holdfast/base';
import { SaxesParser } from 'saxes';

/** An XML element with its namespace resolved. */
export interface XmlElement {
  /** Namespace URI, `''` for none. */
  readonly ns: string;
  readonly name: string;
  /** Attributes by `{ns}name`, or by `name` where they have no namespace. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, concatenated, not trimmed. */
  readonly text: string;
}

/** How much XML is read before it is refused. */
export interface XmlLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
}

interface OpenElement {
  ns: string;
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/**
 * Parses a document without DOCTYPE, entities beyond the five of XML, or processing instructions
 * (RFC 4918 §20.6: no external entities; no entity expansion at all).
 * @throws AppError `bad-xml` when it is not well-formed, has a DOCTYPE, or is deeper or larger than the limits.
 */
export function parseXml(
  text: string,
  limits: XmlLimits = { maxDepth: 32, maxElements: 20_000 },
): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const stack: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  const refuse = (message: string): never => {
    throw new AppError('bad-xml', { message });
  };
  parser.on('doctype', () => refuse('A DOCTYPE is not allowed.'));
  parser.on('error', (error) => refuse(error.message));
  parser.on('opentag', (tag) => {
    if (++elements > limits.maxElements) refuse('The XML has too many elements.');
    if (stack.length >= limits.maxDepth) refuse('The XML is nested too deeply.');
    const attributes: Record<string, string> = {};
    for (const attribute of Object.values(tag.attributes)) {
      const key = attribute.uri ? `{${attribute.uri}}${attribute.local}` : attribute.local;
      attributes[key] = attribute.value;
    }
    stack.push({ ns: tag.uri, name: tag.local, attributes, children: [], text: '' });
  });
  const addText = (value: string) => {
    const top = stack.at(-1);
    if (top) top.text += value;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const done = stack.pop();
    if (!done) return;
    const parent = stack.at(-1);
    if (parent) parent.children.push(done);
    else root = done;
  });
  parser.write(text).close();
  return root ?? refuse('There is no XML in the body.');
}

/** The first child with this name. */
export function childNamed(element: XmlElement, ns: string, name: string): XmlElement | undefined {
  return element.children.find((child) => child.ns === ns && child.name === name);
}

/** All children with this name. */
export function childrenNamed(element: XmlElement, ns: string, name: string): XmlElement[] {
  return element.children.filter((child) => child.ns === ns && child.name === name);
}
