import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keychainProcess } from './keychain-process.ts';
import { lookAtSecretService } from './secret-service-lock.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-keychain-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function library(body: string): () => string {
  const path = join(root, 'library.cjs');
  writeFileSync(path, body);
  return () => path;
}

it('carries secrets of any form there and back', async () => {
  const call = keychainProcess(library('exports.setPassword = async (...given) => JSON.stringify(given);'));
  for (const secret of ['plain', ' "quoted" \\ \n', 'ümläut 🔑', 'x'.repeat(60_000)]) {
    const answer = await call({ operation: 'setPassword', name: 'a b', secret }, 20_000);
    expect(answer).toEqual({ value: JSON.stringify(['Holdfast', 'a b', secret]) });
  }
});

it('S6 shows a secret neither in arguments nor in the environment', async () => {
  const body = `exports.setPassword = async () => process.argv.join(' ') + JSON.stringify(process.env) + process.execArgv.join(' ');`;
  const answer = await keychainProcess(library(body))(
    { operation: 'setPassword', name: 'a', secret: 'hf_very_secret' },
    20_000,
  );
  expect(JSON.stringify(answer)).toContain('library.cjs');
  expect(JSON.stringify(answer)).not.toContain('hf_very_secret');
});

it('passes on what the library says of a failure', async () => {
  const call = keychainProcess(
    library("exports.getPassword = async () => { throw new Error('it is locked'); };"),
  );
  expect(await call({ operation: 'getPassword', name: 'a' }, 20_000)).toEqual({ error: 'it is locked' });
});

it.each([
  ['waits for ever', 'exports.getPassword = () => new Promise(() => setInterval(() => {}, 1000));', 300],
  ['blocks its thread', 'exports.getPassword = () => { for (;;); };', 300],
  ['crashes', 'exports.getPassword = () => process.abort();', 20_000],
])('ends in time with a library that %s', async (_case, body, limit) => {
  const answer = await keychainProcess(library(body))({ operation: 'getPassword', name: 'a' }, limit);
  expect(answer).toEqual({ silent: true });
});

it('tells a library that cannot be loaded from one that says no', async () => {
  const call = keychainProcess(
    library("throw new Error('libsecret-1.so.0: cannot open shared object file');"),
  );
  expect(await call({ operation: 'getPassword', name: 'a' }, 20_000)).toEqual({
    unusable: expect.stringContaining('libsecret-1.so.0'),
  });
});

it('says nothing of the lock where the tool is not there, and on other systems', async () => {
  expect(await lookAtSecretService('linux', join(root, 'no such tool'))()).toBe('unknown');
  expect(await lookAtSecretService('darwin')()).toBe('unknown');
});
