import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configKeys } from './config-keys.ts';
import { explainConfig } from './explain-config.ts';
import { type ConfigProblem, type ConfigSources, loadConfig } from './load-config.ts';

let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
});

afterEach(() => rmSync(data, { recursive: true, force: true }));

describe('loadConfig', () => {
  it('has a default for everything that must be known', () => {
    const { config, origins } = load({});
    expect(config.data).toBe(data);
    expect(config.http.listen).toEqual({ host: '127.0.0.1', port: 8484 });
    expect(config.http.allowPlainHttp).toBe(false);
    expect(config.store.gcEveryHours).toBe(24);
    expect(new Set(origins.values())).toEqual(new Set(['default']));
  });

  it('lets the environment win over the file, and flags over both', () => {
    file({ http: { listen: '127.0.0.1:1' }, log: { level: 'warn' }, store: { gcEveryHours: 2 } });
    const env = { HOLDFAST_HTTP_LISTEN: '127.0.0.1:2', HOLDFAST_LOG_LEVEL: 'error' };
    const { config, origins } = load({ env, flags: { 'http.listen': '127.0.0.1:3' } });
    expect(config.http.listen.port).toBe(3);
    expect(config.log.level).toBe('error');
    expect(config.store.gcEveryHours).toBe(2);
    expect(origins.get('http.listen')).toBe('command line');
    expect(origins.get('log.level')).toBe('environment HOLDFAST_LOG_LEVEL');
    expect(origins.get('store.gcEveryHours')).toBe(`file ${join(data, 'config.json')}`);
  });

  it('reports every problem at once, each with where it comes from', () => {
    file({ http: { listen: 'nowhere' }, log: { level: 'loud' }, colour: 'red', limits: { maxXmlBytes: 1 } });
    const problems = problemsOf({ env: { HOLDFAST_STORE_GC_EVERY_HOURS: 'often' } });
    const found = new Map(problems.map(({ key, origin }) => [key, origin]));
    const name = `file ${join(data, 'config.json')}`;
    expect(found).toEqual(
      new Map([
        ['http.listen', name],
        ['log.level', name],
        ['colour', name],
        ['limits.maxXmlBytes', name],
        ['store.gcEveryHours', 'environment HOLDFAST_STORE_GC_EVERY_HOURS'],
      ]),
    );
  });

  it.each([
    ['not JSON', '{"http":'],
    ['a list', '[]'],
    ['a word', '"x"'],
    ['a group that is none', '{"http": 7}'],
    ['too large', ' '.repeat(1_100_000)],
  ])('refuses a file that is %s', (_case, text) => {
    writeFileSync(join(data, 'config.json'), text);
    expect(problemsOf({}).length).toBeGreaterThan(0);
  });

  it('refuses a file that was named and is missing, and does without one that was not', () => {
    expect(problemsOf({ file: join(data, 'none.json') })[0]?.message).toBe('does not exist');
    expect(load({}).config.data).toBe(data);
  });

  it.each(['0.0.0.0:80', '[::]:80', '192.168.1.5:0', 'files.example.org:443'])(
    'refuses plain HTTP on %s unless it is allowed',
    (listen) => {
      const [problem] = problemsOf({ flags: { 'http.listen': listen } });
      expect(problem).toMatchObject({ key: 'http.listen', origin: 'command line' });
      expect(problem?.message).toContain('--allow-plain-http');
      expect(() => load({ flags: { 'http.listen': listen, 'http.allowPlainHttp': true } })).not.toThrow();
      const tls = { 'http.listen': listen, 'http.tlsCert': 'c.pem', 'http.tlsKey': 'k.pem' };
      expect(load({ flags: tls }).config.http.tlsCert).toBe(join(data, 'c.pem'));
    },
  );

  it('wants both halves of TLS', () => {
    expect(problemsOf({ flags: { 'http.tlsCert': 'c.pem' } })[0]?.key).toBe('http.tlsKey');
  });

  it('freezes what it gives', () => {
    const { config } = load({});
    expect(() => Object.assign(config.http.listen, { port: 1 })).toThrow(TypeError);
  });
});

describe('explainConfig', () => {
  it('shows every setting with value, origin, variable and description', () => {
    const settings = explainConfig(load({ flags: { 'http.listen': '[::1]:9' } }));
    expect(settings.map(({ key }) => key)).toEqual(configKeys().map(({ key }) => key));
    expect(settings.find(({ key }) => key === 'http.listen')).toMatchObject({
      value: '[::1]:9',
      origin: 'command line',
      variable: 'HOLDFAST_HTTP_LISTEN',
    });
    for (const { key, description } of settings) expect(description, key).toMatch(/\S.*[.]$/);
  });
});

function file(content: unknown) {
  writeFileSync(join(data, 'config.json'), JSON.stringify(content));
}

function load(sources: Partial<ConfigSources>) {
  return loadConfig({ env: {}, flags: {}, defaultData: data, cwd: data, ...sources });
}

function problemsOf(sources: Partial<ConfigSources>): readonly ConfigProblem[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof AppError && error.code === 'config-invalid') {
      return error.details.problems as readonly ConfigProblem[];
    }
    throw error;
  }
  throw new Error('the configuration was taken for valid');
}
