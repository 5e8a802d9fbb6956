import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { recoverFrom } from './folder-view.ts';

const recover = (code: string, failures = 0, details = {}) =>
  recoverFrom(new AppError(code, details), failures, 0.5);

describe('what a folder waits for', () => {
  it.each([
    ['server-unreachable', 'offline'],
    ['unavailable', 'offline'],
    ['too-many-requests', 'offline'],
    ['not-signed-in', 'attention'],
    ['token-expired', 'attention'],
    ['token-missing', 'attention'],
    ['scope-missing', 'attention'],
    ['keychain-missing', 'attention'],
    ['folder-missing', 'attention'],
    ['data-in-use', 'attention'],
    ['store-damaged', 'attention'],
    ['keychain-locked', 'keychain'],
  ])('%s is %s, in words that end in a sentence', (code, state) => {
    const { view, waitMs } = recover(code);
    expect(view).toMatchObject({ state, code, message: expect.stringMatching(/^[A-Z].{10,}/) });
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(15 * 60_000);
  });

  it('a server that is away is tried less and less often, at least every quarter of an hour (R10)', () => {
    const waits = Array.from({ length: 40 }, (_, failures) => recover('server-unreachable', failures).waitMs);
    expect(waits[0]).toBeLessThan(10_000);
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 0);
    expect(waits.at(-1)).toBe(15 * 60_000);
  });

  it('many clients do not come at the same moment', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.99].map(
      (chance) => recoverFrom(new AppError('server-unreachable'), 2, chance).waitMs,
    );
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('a server that says when to come again is believed, within reason', () => {
    expect(recover('unavailable', 0, { retryAfterSeconds: 120 }).waitMs).toBe(120_000);
    expect(recover('unavailable', 0, { retryAfterSeconds: 1e9 }).waitMs).toBe(15 * 60_000);
    expect(recover('unavailable', 0, { retryAfterSeconds: 'soon' }).waitMs).toBeLessThan(10_000);
  });

  it('what nobody foresaw is shown, tells nothing of the inside, and is tried again', () => {
    const { view, waitMs } = recoverFrom(new TypeError('secret of the inside'), 0, 0);
    expect(view).toMatchObject({ state: 'attention', code: 'internal' });
    expect(view.message).not.toContain('secret');
    expect(waitMs).toBeLessThan(10_000);
  });
});
