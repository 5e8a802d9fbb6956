import { AppError } from '@holdfast/base';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configKeys } from './config-keys.ts';
import { formatAddress, parseListenAddress } from './listen-address.ts';
import { loadConfig } from './load-config.ts';

const keys = configKeys();

it('whatever the environment and the flags hold: a frozen configuration or a list of problems', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.constantFrom('true', '0', '127.0.0.1:0', '24', 'info', '', '\u0000', '1e9'),
  );
  const settings = fc.dictionary(fc.constantFrom(...keys.map(({ key }) => key)), noise);
  fc.assert(
    fc.property(settings, settings, (inEnv, flags) => {
      const env = Object.fromEntries(
        Object.entries(inEnv).map(([key, value]) => [
          keys.find((known) => known.key === key)?.variable,
          value,
        ]),
      );
      try {
        const { config } = loadConfig({ env, flags, defaultData: '/nonexistent/holdfast', cwd: '/' });
        expect(Object.isFrozen(config.http)).toBe(true);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.code).toBe('config-invalid');
        expect(error.details.problems).not.toHaveLength(0);
      }
    }),
    { seed: 8484, numRuns: 500 },
  );
});

it('an address that can be read is written so that it reads the same', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(host, fc.nat(65_535), (name, port) => {
      const address = { host: name, port };
      expect(parseListenAddress(formatAddress(address))).toEqual(address);
    }),
    { seed: 8484 },
  );
});

it.each([
  '',
  ':',
  ':80',
  'x',
  '1.2.3:80',
  '1.2.3.4.5:80',
  '127.0.0.1:65536',
  '[x]:1',
  '[1.2.3.4]:80',
  'a b:1',
  '127.0.0.1:-1',
])('%j is no address', (text) => expect(parseListenAddress(text)).toBeUndefined());
