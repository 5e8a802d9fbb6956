import { AppError } from '@holdfast/base';
import { namespaces } from './namespaces.ts';
import { childNamed, parseXml, type XmlElement } from './parse-xml.ts';

/** One instruction of a PROPPATCH; `element` is the property as it was sent. */
export interface PropertyInstruction {
  readonly action: 'set' | 'remove';
  readonly element: XmlElement;
}

const langKey = '{http://www.w3.org/XML/1998/namespace}lang';

/**
 * Reads the body of a PROPPATCH: its instructions in document order (RFC 4918 §9.2, §14.19). A language that is
 * in scope is written onto the property itself, so that it is kept with it (§4.3).
 * @throws AppError `bad-xml`.
 */
export function parseProppatch(body: string): PropertyInstruction[] {
  const root = parseXml(body);
  if (root.ns !== namespaces.d || root.name !== 'propertyupdate') throw wrong('propertyupdate');
  const instructions = root.children.flatMap((step) => {
    if (step.ns !== namespaces.d || (step.name !== 'set' && step.name !== 'remove')) return [];
    return readStep(step, step.name, root.attributes[langKey]);
  });
  if (instructions.length === 0) throw wrong('set or remove');
  return instructions;
}

/**
 * Reads the body of an extended MKCOL (RFC 5689 §3). Only `set` is possible there.
 * @throws AppError `bad-xml`; `media-type-unsupported` when the root is another element.
 */
export function parseMkcol(body: string): PropertyInstruction[] {
  const root = parseXml(body);
  if (root.ns !== namespaces.d || root.name !== 'mkcol') {
    throw new AppError('media-type-unsupported', { message: 'The body of MKCOL must be a mkcol element.' });
  }
  return root.children.flatMap((step) =>
    step.ns === namespaces.d && step.name === 'set' ? readStep(step, 'set', root.attributes[langKey]) : [],
  );
}

function readStep(
  step: XmlElement,
  action: 'set' | 'remove',
  outer: string | undefined,
): PropertyInstruction[] {
  const prop = childNamed(step, namespaces.d, 'prop');
  if (!prop) throw wrong('prop');
  const lang = prop.attributes[langKey] ?? step.attributes[langKey] ?? outer;
  return prop.children.map((element) => {
    if (lang === undefined || langKey in element.attributes) return { action, element };
    return { action, element: { ...element, attributes: { ...element.attributes, [langKey]: lang } } };
  });
}

function wrong(what: string): AppError {
  return new AppError('bad-xml', { message: `The element ${what} is missing.` });
}
