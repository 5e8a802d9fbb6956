import { AppError } from '@holdfast/base';
import { namespaces } from './namespaces.ts';
import { childNamed, parseXml, type XmlElement } from './parse-xml.ts';

/** What a LOCK asks for (RFC 4918 §14.11). */
export interface LockInfo {
  readonly scope: 'exclusive' | 'shared';
  /** The `owner` element as it was sent. */
  readonly owner: XmlElement | undefined;
}

/**
 * Reads the body of a LOCK that takes a new lock. Only write locks exist.
 * @throws AppError `bad-xml`.
 */
export function parseLockinfo(body: string): LockInfo {
  const root = parseXml(body);
  const scope = childNamed(root, namespaces.d, 'lockscope');
  const type = childNamed(root, namespaces.d, 'locktype');
  const exclusive = scope && childNamed(scope, namespaces.d, 'exclusive');
  const shared = scope && childNamed(scope, namespaces.d, 'shared');
  const write = type && childNamed(type, namespaces.d, 'write');
  if (
    root.ns !== namespaces.d ||
    root.name !== 'lockinfo' ||
    !write ||
    Boolean(exclusive) === Boolean(shared)
  ) {
    throw new AppError('bad-xml', {
      message: 'The lockinfo must ask for an exclusive or shared write lock.',
    });
  }
  return { scope: shared ? 'shared' : 'exclusive', owner: childNamed(root, namespaces.d, 'owner') };
}
