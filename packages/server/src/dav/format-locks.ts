import type { Lock } from '@holdfast/files';
import { escapeXml, formatXml } from '@holdfast/protocol';
import { hrefOf } from './tree-address.ts';

const write = '<d:locktype><d:write/></d:locktype>';

/** `DAV:supportedlock` (RFC 4918 §15.10): exclusive and shared write locks. */
export const supportedLock = ['exclusive', 'shared']
  .map((scope) => `<d:lockentry><d:lockscope><d:${scope}/></d:lockscope>${write}</d:lockentry>`)
  .join('');

/** The content of `DAV:lockdiscovery` (RFC 4918 §15.8). */
export function formatLocks(locks: readonly Lock[], mount: string): string {
  return locks.map((lock) => formatLock(lock, mount)).join('');
}

/** One `activelock` (RFC 4918 §14.1). */
function formatLock(lock: Lock, mount: string): string {
  return [
    `<d:activelock><d:lockscope><d:${lock.scope}/></d:lockscope>${write}<d:depth>${lock.depth}</d:depth>`,
    lock.owner ? formatXml(lock.owner) : '',
    `<d:timeout>Second-${Math.max(Math.ceil(lock.timeout), 1)}</d:timeout>`,
    `<d:locktoken><d:href>${escapeXml(lock.token)}</d:href></d:locktoken>`,
    `<d:lockroot><d:href>${hrefOf(mount, lock.root, 'file')}</d:href></d:lockroot></d:activelock>`,
  ].join('');
}
