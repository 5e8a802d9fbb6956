import { AppError } from '@holdfast/base';
import type { Mtime } from '@holdfast/protocol';

/** @throws AppError `bad-value` when a time is no time. */
export function checkTimes(times: { readonly mtime?: Mtime; readonly createdAt?: number }): void {
  const { mtime, createdAt } = times;
  const fits =
    mtime === undefined ||
    (Number.isSafeInteger(mtime.s) && Number.isInteger(mtime.ns) && mtime.ns >= 0 && mtime.ns < 1e9);
  if (!fits || (createdAt !== undefined && !Number.isSafeInteger(createdAt))) {
    throw new AppError('bad-value', { message: 'This is not a time.' });
  }
}
