import { AppError } from '@holdfast/base';
import type { Files } from '@holdfast/files';
import { childNamed, errorCodes, parseXml, ruleOf } from '@holdfast/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyFiles } from '../testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from '../testing/open-test-server.ts';
import { renderDavError } from './render-dav-error.ts';

const dav = 'DAV:';
const sabre = 'http://sabredav.org/ns';
let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server whose tree fails in this way, whatever is asked. */
async function failing(error: unknown): Promise<TestServer> {
  const fail = async () => {
    throw error;
  };
  const { files } = emptyFiles();
  const broken = new Proxy(files, {
    get: (target, name) => (name === 'identity' || name === 'onChange' ? target[name] : fail),
  }) as Files;
  server = await openTestServer(broken);
  return server;
}

const inTheTree = { url: '/remote.php/webdav/a', headers: { authorization: basic('ann') } };
const onOcs = {
  url: '/ocs/v2.php/cloud/user?format=json',
  headers: { authorization: basic('ann'), 'ocs-apirequest': 'true' },
};

describe('errors on the DAV surface', () => {
  it('are XML for every code, with a class name and the public text', () => {
    for (const code of Object.keys(errorCodes)) {
      const rule = ruleOf(code);
      const xml = parseXml(renderDavError(new AppError(code), rule, rule.text));
      expect([xml.ns, xml.name]).toEqual([dav, 'error']);
      expect(childNamed(xml, sabre, 'exception')?.text, code).toMatch(/^(Sabre|OCA)\\DAV\\/);
      expect(childNamed(xml, sabre, 'message')?.text, code).toBe(rule.text);
    }
  });

  it('name the condition that did not hold, with the addresses it is about', () => {
    const error = new AppError('locked', { hrefs: ['/dav/a%20b', '/dav/<&>'] });
    const xml = parseXml(renderDavError(error, ruleOf('locked'), 'locked'));
    const condition = childNamed(xml, dav, 'lock-token-submitted');
    expect(condition?.children.map((href) => href.text)).toEqual(['/dav/a%20b', '/dav/<&>']);
    const own = new AppError('locked', { precondition: 'no-conflicting-lock', header: 'If' });
    const other = parseXml(renderDavError(own, ruleOf('locked'), 'locked'));
    expect(childNamed(other, dav, 'no-conflicting-lock')).toBeDefined();
    expect(childNamed(other, sabre, 'header')?.text).toBe('If');
  });

  it('hold hostile text as text', () => {
    const text = '</s:message><script>&\u0000\u{1F600}';
    const xml = parseXml(renderDavError(new AppError('bad-name'), ruleOf('bad-name'), text));
    expect(childNamed(xml, sabre, 'message')?.text).toContain('</s:message><script>&');
    expect(childNamed(xml, 'o:', 'retry')?.text).toBe('false');
  });

  it('come with the status of their code', async () => {
    const { app } = await failing(new AppError('quota-exceeded'));
    const answer = await app.inject(inTheTree);
    expect(answer.statusCode).toBe(507);
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(answer.body).toContain('<d:quota-not-exceeded/>');
  });
});

describe('unknown errors', () => {
  it('are a 500 with an id and none of their text, which the log has under the id', async () => {
    const { app, log } = await failing(new Error('the secret is 42'));
    for (const request of [inTheTree, onOcs]) {
      log.length = 0;
      const answer = await app.inject(request);
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toContain('secret');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      const id = /\(([0-9a-f]{16})\)/.exec(answer.body)?.[1];
      const line = log.find((entry) => entry.level === 'error');
      expect(line?.fields).toMatchObject({ id, code: 'internal' });
      expect(JSON.stringify(line)).toContain('the secret is 42');
    }
  });

  it('of any kind are answered', async () => {
    for (const odd of [undefined, null, 'text', 42, { statusCode: 200 }, new AppError('no such code')]) {
      const { app } = await failing(odd);
      const answer = await app.inject(onOcs);
      expect(answer.statusCode, String(odd)).toBe(500);
      await server?.close();
      server = undefined;
    }
  });
});

describe('too many attempts', () => {
  it('say when to come back', async () => {
    const { app } = await failing(new AppError('too-many-requests', { retryAfterSeconds: 12.3 }));
    const answer = await app.inject(onOcs);
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('13');
  });
});
