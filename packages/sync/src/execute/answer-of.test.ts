import { AppError } from '@holdfast/base';
import { expect, it } from 'vitest';
import { answerOf } from './answer-of.ts';

it('tells what the server has said word for word, and the disk', () => {
  const http = { method: 'PUT', address: 'https://s.test/a', status: 507 };
  const odd = new AppError('quota-exceeded', { ...http, statusText: 'Insufficient Storage', said: 'Full.' });
  expect(answerOf(odd)).toBe('PUT https://s.test/a: 507 Insufficient Storage: Full.');
  expect(answerOf(new AppError('unavailable', { ...http, status: 599 }))).toBe('PUT https://s.test/a: 599');
  expect(answerOf(new AppError('locked', { status: 423, statusText: 'Locked' }))).toBe('423 Locked');
  expect(answerOf(new AppError('locked', { path: 'a', serverCode: 'locked', message: 'By Ana.' }))).toBe(
    'locked: By Ana.',
  );
  const cause = new Error('EACCES: permission denied, open');
  expect(answerOf(new AppError('local-denied', { code: 'EACCES' }, { cause }))).toBe(cause.message);
  expect(answerOf(new AppError('local-denied', { code: 'EACCES' }))).toBe('EACCES');
  expect(answerOf(new AppError('target-changed'))).toBe('The file changed while it was being synced.');
  expect(answerOf(new Error('a bug'))).toBe('a bug');
  expect(answerOf('odd')).toBeUndefined();
  expect(answerOf(new Error('x'.repeat(9999)))).toHaveLength(500);
});
