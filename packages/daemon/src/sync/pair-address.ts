import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import { realPath } from '../folders/real-path.ts';

/** What is synced with what. */
export interface PairAddress {
  readonly local: string;
  /** As `readAddress` gives it. */
  readonly url: string;
  readonly user: string;
}

/** The normal form of an address of a server or of a folder on it. @throws AppError `bad-value`. */
export function readAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError('bad-value', {
      message: `"${text}" is no address: it must begin with http:// or https://`,
    });
  }
  // Addresses are shown by `ps` and written to logs.
  if (url.username !== '' || url.password !== '') {
    throw new AppError('bad-value', {
      message: 'Leave name and password out of the address; use --user and --token-stdin.',
    });
  }
  return url.href;
}

/** One journal for each folder, server and account: the name of its folder. */
export function journalName({ local, url, user }: PairAddress): string {
  const pair = JSON.stringify([realPath(local), url, user]);
  return createHash('sha256').update(pair).digest('hex').slice(0, 32);
}
