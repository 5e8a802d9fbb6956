import { manualClock } from '@holdfast/base/testing';
import { expect, it } from 'vitest';
import { createLogger, type LogOptions } from './create-logger.ts';

it('writes one JSON line a message, errors with their cause', () => {
  const lines = collect({ format: 'json', level: 'info' }, (logger) => {
    logger.debug('not this one');
    logger.error('broke', {
      path: 'a\nb',
      error: new Error('outer', { cause: new Error('inner') }),
      size: 5n,
    });
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    message: 'broke',
    path: 'a\nb',
    size: '5',
    error: { message: 'outer', cause: { message: 'inner' } },
  });
});

it('S21 lets no file name start a line of its own or move the cursor', () => {
  const [line = ''] = collect({ format: 'text', level: 'debug' }, (logger) => {
    logger.warn('odd name', { path: 'x\n12:00:00 error forged\u001b[2J', skipped: undefined });
  });
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(line).toContain('path=x?12:00:00 error forged?[2J');
  expect(line).not.toContain('skipped');
});

function collect(
  options: Pick<LogOptions, 'format' | 'level'>,
  log: (logger: ReturnType<typeof createLogger>) => void,
) {
  const lines: string[] = [];
  log(createLogger({ ...options, clock: manualClock(), write: (line) => lines.push(line) }));
  return lines;
}
