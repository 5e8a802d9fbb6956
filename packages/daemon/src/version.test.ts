import { readFileSync } from 'node:fs';
import { product } from '@holdfast/server';
import { expect, it } from 'vitest';
import { productVersion } from './version.ts';

it('is the version of package.json, and what the server says', () => {
  const root = new URL('../../../package.json', import.meta.url);
  expect(JSON.parse(readFileSync(root, 'utf8')).version).toBe(productVersion);
  expect(product.version).toBe(productVersion);
});
