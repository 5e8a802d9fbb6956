import { AppError } from '@holdfast/base';

const prefix = 'urn:holdfast:sync:';

/** The sync token for the state after change `seq` (RFC 6578 §4). */
export function formatSyncToken(epoch: string, seq: number): string {
  return `${prefix}${epoch}:${seq}`;
}

/** The change a sync token stands for; undefined when it is not one of this epoch. */
export function seqOfSyncToken(token: string, epoch: string): number | undefined {
  const start = `${prefix}${epoch}:`;
  if (!token.startsWith(start)) return undefined;
  const digits = token.slice(start.length);
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

/** @throws AppError `sync-token-invalid` for tokens of another epoch, of the future, and for noise. */
export function requireSyncToken(token: string, epoch: string, lastSeq: number): number {
  const seq = seqOfSyncToken(token, epoch);
  if (seq === undefined || seq > lastSeq) throw new AppError('sync-token-invalid');
  return seq;
}
