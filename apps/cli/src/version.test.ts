import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { version } from './version.ts';

it('is the version of package.json', () => {
  const root = new URL('../../../package.json', import.meta.url);
  expect(JSON.parse(readFileSync(root, 'utf8')).version).toBe(version);
});
