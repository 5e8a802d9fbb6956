import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { FailureBrake } from './failure-brake.ts';

const limits = { failures: 3, windowMs: 60_000, keys: 5 };

describe('S10 the brake', () => {
  it('holds after too many failures, says for how long, and lets go', () => {
    const clock = manualClock();
    const brake = new FailureBrake(clock, limits);
    for (let i = 0; i < 3; i++) {
      brake.check('a');
      brake.failed('a');
    }
    clock.advance(20_500);
    expect(() => brake.check('a')).toThrow(
      expect.objectContaining({
        code: 'too-many-requests',
        details: expect.objectContaining({ retryAfterSeconds: 40 }),
      }),
    );
    brake.check('b');
    clock.advance(40_000);
    brake.check('a');
    brake.failed('a');
    brake.check('a');
  });

  it('forgets failures after a success', () => {
    const brake = new FailureBrake(manualClock(), limits);
    for (let i = 0; i < 3; i++) brake.failed('a');
    brake.succeeded('a');
    brake.check('a');
  });

  it('keeps a bounded number of keys, the recent ones', () => {
    const brake = new FailureBrake(manualClock(), limits);
    for (let i = 0; i < 3; i++) brake.failed('old');
    for (const key of ['1', '2', '3', '4', '5']) brake.failed(key);
    brake.check('old');
    for (let i = 0; i < 2; i++) brake.failed('5');
    expect(() => brake.check('5')).toThrow();
  });
});
