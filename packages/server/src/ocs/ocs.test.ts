import { childNamed, parseXml } from '@holdfast/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFiles } from '../testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from '../testing/open-test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer(emptyFiles().files);
});
afterAll(() => server.close());

const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'DELETE' = 'GET') =>
  server.app.inject({ method, url, headers: { 'ocs-apirequest': 'true', ...headers } });
const ann = { authorization: basic('ann') };
const root = { authorization: basic('root') };
const capabilitiesFor = async (userAgent: string) => {
  const answer = await ask('/ocs/v1.php/cloud/capabilities?format=json', { 'user-agent': userAgent });
  return answer.json().ocs.data.capabilities;
};

describe('OCS', () => {
  it('answers in the envelope of each generation, in JSON when asked for it', async () => {
    const v1 = await ask('/ocs/v1.php/cloud/capabilities?format=json');
    expect(v1.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(v1.json().ocs.meta).toEqual({
      status: 'ok',
      statuscode: 100,
      message: 'OK',
      totalitems: '',
      itemsperpage: '',
    });
    const v2 = await ask('/ocs/v2.php/cloud/capabilities', { accept: 'application/json' });
    expect(v2.json().ocs.meta).toEqual({ status: 'ok', statuscode: 200, message: 'OK' });
    const forced = await ask('/ocs/v2.php/cloud/capabilities?format=xml', { accept: 'application/json' });
    expect(forced.headers['content-type']).toBe('application/xml; charset=utf-8');
    const aliased = await ask('/index.php/ocs/v1.php/cloud/capabilities?format=json');
    expect(aliased.json()).toEqual(v1.json());
  });

  it('answers in XML that parses', async () => {
    const xml = parseXml((await ask('/ocs/v1.php/cloud/capabilities')).body);
    const meta = childNamed(xml, '', 'meta');
    expect(xml.name).toBe('ocs');
    expect(meta && childNamed(meta, '', 'statuscode')?.text).toBe('100');
    expect((await ask('/ocs/v1.php/cloud/capabilities')).body).toContain('<element>SHA1</element>');
  });

  it('names what clients look for among the capabilities', async () => {
    const data = (await ask('/ocs/v1.php/cloud/capabilities?format=json')).json().ocs.data;
    expect(data.version.string).toMatch(/^\d+\.\d+\.\d+$/);
    expect(data.capabilities).toMatchObject({
      core: { 'webdav-root': 'remote.php/webdav', pollinterval: 60 },
      dav: { chunking: '1.0' },
      files: { bigfilechunking: true },
      checksums: { supportedTypes: ['SHA1', 'MD5', 'SHA256'], preferredUploadType: 'SHA1' },
      holdfast: {
        instanceId: 'instance',
        epoch: 'epoch',
        feed: true,
        batch: { files: 500, bytes: 4_194_304, fileBytes: 262_144 },
        delta: { minBytes: 1_048_576, maxBytes: 8_589_934_592 },
        resume: { minBytes: 33_554_432 },
      },
    });
  });

  it('advertises bulk upload only to clients that survive it', async () => {
    for (const [agent, bulk] of [
      [
        'Mozilla/5.0 (Linux) mirall/3.7.3git (nextcloudcmd, debian-6.1.0-28-amd64 ClientArchitecture)',
        undefined,
      ],
      ['Mozilla/5.0 (Linux) mirall/2.11.0 (Nextcloud, debian)', undefined],
      ['curl/8.0', undefined],
      ['', undefined],
      ['NotHoldfast/9.9', undefined],
      ['Holdfast/0.1.0 (linux)', '1.0'],
    ] as const) {
      expect((await capabilitiesFor(agent)).dav.bulkupload, agent).toBe(bulk);
    }
  });

  it('tells a caller about the own account', async () => {
    const data = (await ask('/ocs/v1.php/cloud/user?format=json', ann)).json().ocs.data;
    expect(data).toMatchObject({
      id: 'ann',
      displayname: 'Ann',
      'display-name': 'Ann',
      enabled: true,
      email: null,
      groups: [],
      quota: { used: 25, total: 100, free: 75, relative: 25, quota: 100 },
    });
  });

  it('tells a token without file access nothing of the files', async () => {
    const { token } = await server.test.identity.createToken({
      userId: 'ann',
      name: 'calendar',
      scopes: ['profile:read'],
    });
    const answer = await ask('/ocs/v2.php/cloud/user?format=json', { authorization: `Bearer ${token}` });
    expect(answer.json().ocs.data.quota.used).toBe(0);
  });

  it('tells of other accounts to an administrator alone, never to a token of one', async () => {
    expect((await ask('/ocs/v2.php/cloud/users/ann?format=json', root)).json().ocs.data.id).toBe('ann');
    expect((await ask('/ocs/v2.php/cloud/users/ann', ann)).statusCode).toBe(200);
    expect((await ask('/ocs/v2.php/cloud/users/root', ann)).statusCode).toBe(403);
    expect((await ask('/ocs/v2.php/cloud/users/nobody', ann)).statusCode).toBe(403);
    expect((await ask('/ocs/v2.php/cloud/users/nobody', root)).statusCode).toBe(404);
    const { token } = await server.test.identity.createToken({ userId: 'root', name: 'x' });
    const byToken = await ask('/ocs/v2.php/cloud/users/ann', { authorization: `Bearer ${token}` });
    expect(byToken.statusCode).toBe(403);
  });

  it('lets a client give its own token back', async () => {
    const { token } = await server.test.identity.createToken({ userId: 'ann', name: 'laptop' });
    const authorization = { authorization: basic('ann', token) };
    expect((await ask('/ocs/v2.php/core/apppassword', authorization, 'DELETE')).statusCode).toBe(200);
    expect((await ask('/ocs/v2.php/cloud/user', authorization)).statusCode).toBe(401);
    expect((await ask('/ocs/v2.php/core/apppassword', ann, 'DELETE')).statusCode).toBe(403);
  });

  it('wants the header that a foreign page cannot send', async () => {
    const answer = await server.app.inject({ url: '/ocs/v2.php/cloud/user?format=json', headers: ann });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().ocs.meta.message).toContain('OCS-APIRequest');
  });

  it('says failures by generation: in the envelope, or as they are', async () => {
    const v1 = await ask('/ocs/v1.php/cloud/users/root?format=json', ann);
    expect([v1.statusCode, v1.json().ocs.meta.statuscode]).toEqual([200, 403]);
    const v2 = await ask('/ocs/v2.php/cloud/users/root?format=json', ann);
    expect([v2.statusCode, v2.json().ocs.meta.statuscode]).toEqual([403, 403]);
    for (const version of ['v1', 'v2']) {
      const nobody = await ask(`/ocs/${version}.php/cloud/user?format=json`);
      expect([nobody.statusCode, nobody.json().ocs.meta.statuscode]).toEqual([401, 997]);
      const unknown = await ask(`/ocs/${version}.php/apps/unknown?format=json`);
      expect(unknown.json().ocs.meta).toMatchObject({ status: 'failure', statuscode: 404 });
    }
  });
});
