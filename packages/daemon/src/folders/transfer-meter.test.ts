import { expect, it } from 'vitest';
import { TransferMeter } from './transfer-meter.ts';

it('measures over the last seconds, and anew in each run', () => {
  let now = 0;
  const meter = new TransferMeter(() => now);
  const at = (ms: number, bytesDone: number) => {
    now = ms;
    return meter.measure({ filesDone: 0, filesTotal: 1, bytesDone, bytesTotal: 1e9 }).bytesPerSecond;
  };
  expect(at(0, 0)).toBe(0);
  expect(at(1000, 1_000_000)).toBe(1_000_000);
  expect(at(2000, 2_000_000)).toBe(1_000_000);
  // It stands still: the rate falls to nothing within seconds.
  for (let ms = 3000; ms <= 12_000; ms += 1000) at(ms, 2_000_000);
  expect(at(13_000, 2_000_000)).toBe(0);
  meter.reset();
  expect(at(14_000, 0)).toBe(0);
  expect(at(15_000, 500)).toBe(500);
});
