import { AppError } from '@holdfast/base';
import { namespaces } from './namespaces.ts';
import { type PropertyName, propertyNames } from './parse-propfind.ts';
import { childNamed, parseXml, type XmlElement } from './parse-xml.ts';

/** What a sync-collection REPORT asks for (RFC 6578 §6.1). */
export interface SyncCollectionRequest {
  /** Undefined for the first look. */
  readonly since: string | undefined;
  readonly depth: '1' | 'infinity';
  /** `DAV:nresults`. */
  readonly limit: number | undefined;
  readonly names: readonly PropertyName[];
  /** `hf:by-id`: the caller follows moves by node id, so what is inside a moved folder need not be listed. */
  readonly byId: boolean;
}

/**
 * Reads the body of a sync-collection REPORT.
 * @throws AppError `bad-xml`.
 */
export function parseSyncCollection(root: XmlElement): SyncCollectionRequest {
  const text = (name: string) => childNamed(root, namespaces.d, name)?.text.trim();
  const level = text('sync-level');
  if (level !== '1' && level?.toLowerCase() !== 'infinite') throw wrong('sync-level must be 1 or infinite');
  const token = text('sync-token');
  if (token === undefined) throw wrong('sync-token is missing');
  const limit = childNamed(root, namespaces.d, 'limit');
  const nresults = limit && childNamed(limit, namespaces.d, 'nresults')?.text.trim();
  if (limit && !/^[1-9]\d{0,8}$/.test(nresults ?? '')) throw wrong('nresults must be a number above 0');
  const prop = childNamed(root, namespaces.d, 'prop');
  return {
    since: token === '' ? undefined : token,
    depth: level === '1' ? '1' : 'infinity',
    limit: nresults === undefined ? undefined : Number(nresults),
    names: prop ? propertyNames(prop) : [],
    byId: childNamed(root, namespaces.hf, 'by-id') !== undefined,
  };
}

/**
 * Reads the body of a REPORT.
 * @throws AppError `bad-xml`.
 */
export function parseReport(body: string): { name: PropertyName; root: XmlElement } {
  const root = parseXml(body);
  return { name: { ns: root.ns, name: root.name }, root };
}

function wrong(message: string): AppError {
  return new AppError('bad-xml', { message: `The sync-collection is not understood: ${message}.` });
}
