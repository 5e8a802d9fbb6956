import { AppError } from '@holdfast/base';
import { SaxesParser } from 'saxes';

/** An XML element with its namespace resolved. */
export interface XmlElement {
  /** Namespace URI, `''` for none. */
  readonly ns: string;
  readonly name: string;
  /** Attributes by `{ns}name`, or by `name` where they have no namespace. Namespace declarations are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, concatenated, not trimmed. */
  readonly text: string;
  /** Text and children in document order; only where there are both, so that nothing is lost or said twice. */
  readonly content?: readonly (string | XmlElement)[];
}

/** How much XML is read before it is refused. */
export interface XmlLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
}

interface OpenElement {
  readonly ns: string;
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly content: (string | XmlElement)[];
}

const xmlnsUri = 'http://www.w3.org/2000/xmlns/';

/**
 * Parses a document without DOCTYPE and without entities beyond the five of XML
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
      if (attribute.uri === xmlnsUri) continue;
      const key = attribute.uri ? `{${attribute.uri}}${attribute.local}` : attribute.local;
      attributes[key] = attribute.value;
    }
    stack.push({ ns: tag.uri, name: tag.local, attributes, content: [] });
  });
  const addText = (value: string) => {
    const content = stack.at(-1)?.content;
    if (content === undefined || value === '') return;
    const last = content.length - 1;
    if (typeof content[last] === 'string') content[last] += value;
    else content.push(value);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (!open) return;
    const done = close(open);
    const parent = stack.at(-1);
    if (parent) parent.content.push(done);
    else root = done;
  });
  parser.write(text).close();
  return root ?? refuse('There is no XML in the body.');
}

function close({ content, ...open }: OpenElement): XmlElement {
  const children = content.filter((item) => typeof item !== 'string');
  const text = content.filter((item) => typeof item === 'string').join('');
  const element = { ...open, children, text };
  return children.length > 0 && text !== '' ? { ...element, content } : element;
}

/** The first child with this name. */
export function childNamed(element: XmlElement, ns: string, name: string): XmlElement | undefined {
  return element.children.find((child) => child.ns === ns && child.name === name);
}

/** All children with this name. */
export function childrenNamed(element: XmlElement, ns: string, name: string): XmlElement[] {
  return element.children.filter((child) => child.ns === ns && child.name === name);
}
