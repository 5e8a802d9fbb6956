import { AppError } from '@holdfast/base';
import { namespaces } from './namespaces.ts';
import { childNamed, parseXml, type XmlElement } from './parse-xml.ts';

/** Name of a property. */
export interface PropertyName {
  readonly ns: string;
  readonly name: string;
}

/** What a PROPFIND asks for (RFC 4918 §9.1, §14.20). */
export type PropfindRequest =
  | { readonly kind: 'prop'; readonly names: readonly PropertyName[] }
  | { readonly kind: 'propname' }
  | { readonly kind: 'allprop'; readonly include: readonly PropertyName[] };

/**
 * Reads the body of a PROPFIND; an empty one means `allprop`. Unknown elements and stray text are passed over.
 * @throws AppError `bad-xml`.
 */
export function parsePropfind(body: string): PropfindRequest {
  if (body.trim() === '') return { kind: 'allprop', include: [] };
  const root = parseXml(body);
  const has = (name: string) => childNamed(root, namespaces.d, name);
  if (root.ns !== namespaces.d || root.name !== 'propfind') throw wrong('a propfind element is needed');
  const prop = has('prop');
  const allprop = has('allprop');
  const propname = has('propname');
  if ([prop, allprop, propname].filter(Boolean).length !== 1) {
    throw wrong('exactly one of prop, allprop and propname is needed');
  }
  if (prop) return { kind: 'prop', names: propertyNames(prop) };
  if (propname) return { kind: 'propname' };
  const include = has('include');
  return { kind: 'allprop', include: include ? propertyNames(include) : [] };
}

/** The names of the children of a `prop` or `include` element, each once, in order. */
export function propertyNames(element: XmlElement): PropertyName[] {
  const out = new Map<string, PropertyName>();
  for (const { ns, name } of element.children) out.set(`{${ns}}${name}`, { ns, name });
  return [...out.values()];
}

function wrong(message: string): AppError {
  return new AppError('bad-xml', { message: `The PROPFIND is not understood: ${message}.` });
}
