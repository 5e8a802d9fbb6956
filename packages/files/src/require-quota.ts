import { AppError } from '@holdfast/base';

/** @throws AppError `quota-exceeded` when `more` bytes do not fit any longer. */
export function requireQuota(state: { quota: number | undefined; used: number }, more: number): void {
  if (more > 0 && state.quota !== undefined && state.used + more > state.quota) {
    throw new AppError('quota-exceeded', { used: state.used, limit: state.quota, more });
  }
}
