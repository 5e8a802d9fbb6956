import { manualClock } from '@holdfast/base/testing';
import { expect, it } from 'vitest';
import { fakeTerminal } from '../testing/fake-terminal.ts';
import { ProgressLine } from './progress-line.ts';

it('shows files, bytes, rate and the time left, and removes itself', () => {
  const terminal = fakeTerminal({ interactive: true });
  const clock = manualClock();
  const line = new ProgressLine(terminal, clock);
  line.show({ what: 'files', done: 0, total: 4, bytes: 0, totalBytes: 40_000_000 });
  clock.advance(1000);
  line.show({ what: 'files', done: 1, total: 4, bytes: 10_000_000, totalBytes: 40_000_000 });
  const drawn = terminal.errText();
  expect(drawn).toContain('1 of 4 files · 10.0 MB of 40.0 MB · 10.0 MB/s · 3.0 s left');
  line.clear();
  expect(terminal.errText().endsWith('\r\u001b[K')).toBe(true);
});

it('draws at most ten times a second, never wider than the terminal', () => {
  const terminal = fakeTerminal({ interactive: true, columns: 20 });
  const clock = manualClock();
  const line = new ProgressLine(terminal, clock);
  for (let done = 0; done < 1000; done++) {
    line.show({ what: 'a very long word for what is counted', done });
    clock.advance(1);
  }
  const lines = terminal.errText().split('\r\u001b[K').filter(Boolean);
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(Math.max(...lines.map((text) => text.length))).toBeLessThan(20);
});

it('says nothing when nobody watches', () => {
  const terminal = fakeTerminal({ interactive: false });
  const line = new ProgressLine(terminal, manualClock());
  line.show({ what: 'files', done: 1 });
  line.clear();
  expect(terminal.errText()).toBe('');
});
