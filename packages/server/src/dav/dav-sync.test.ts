import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld, xmlns } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
  await dav.send('MKCOL', '/s');
  await dav.send('PUT', '/s/a', { body: 'a' });
  await dav.send('MKCOL', '/s/d');
  await dav.send('PUT', '/s/d/b', { body: 'b' });
});
afterAll(() => dav.close());

interface Asked {
  readonly token?: string;
  readonly level?: string;
  readonly limit?: number;
  readonly byId?: boolean;
  readonly depth?: string;
}

const report = (path: string, { token = '', level = 'infinite', limit, byId, depth = '0' }: Asked = {}) =>
  dav.send('REPORT', path, {
    headers: { depth },
    body: [
      `<d:sync-collection ${xmlns}><d:sync-token>${token}</d:sync-token><d:sync-level>${level}</d:sync-level>`,
      limit === undefined ? '' : `<d:limit><d:nresults>${limit}</d:nresults></d:limit>`,
      byId ? '<hf:by-id/>' : '',
      '<d:prop><d:getetag/><hf:node/></d:prop></d:sync-collection>',
    ].join(''),
  });

/** `href status` of each response, and the token. */
function reading(body: string): { lines: string[]; token: string } {
  const lines = [...body.matchAll(/<d:response><d:href>([^<]*)<\/d:href>(.*?)<\/d:response>/gs)].map(
    ([, href = '', rest = '']) => {
      const status = /^<d:status>HTTP\/1.1 (\d+)/.exec(rest)?.[1];
      return `${href.replace('/remote.php/webdav', '')} ${status ?? 'present'}`;
    },
  );
  return {
    lines: lines.sort(),
    token: /<d:sync-token>([^<]+)<\/d:sync-token><\/d:multistatus>$/.exec(body)?.[1] ?? '',
  };
}

describe('sync-collection (RFC 6578)', () => {
  test('first everything, then what has changed, then nothing', async () => {
    const first = reading((await report('/s')).body);
    expect(first.lines).toEqual(['/s/a present', '/s/d/ present', '/s/d/b present']);
    await dav.send('PUT', '/s/new', { body: 'n' });
    await dav.send('DELETE', '/s/a');
    const second = reading((await report('/s', { token: first.token })).body);
    expect(second.lines).toContain('/s/new present');
    expect(second.lines).toContain('/s/a 404');
    expect(second.lines.some((line) => line.startsWith('/s/d/b'))).toBe(false);
    const third = reading((await report('/s', { token: second.token })).body);
    expect(third.lines).toEqual([]);
  });

  test('level 1 leaves out what is deeper', async () => {
    const found = reading((await report('/s', { level: '1' })).body);
    expect(found.lines).toContain('/s/d/ present');
    expect(found.lines).not.toContain('/s/d/b present');
  });

  test('a limit: cut off with 507, and the token goes on', async () => {
    const seen: string[] = [];
    let token = '';
    for (let page = 0; page < 10; page++) {
      const { lines, token: next } = reading((await report('/s', { token, limit: 1 })).body);
      seen.push(...lines.filter((line) => line.endsWith('present')));
      token = next;
      if (!lines.includes('/s/ 507')) break;
    }
    expect(seen.sort()).toEqual(reading((await report('/s')).body).lines);
  });

  test('R12 by id a moved folder is told alone; by path with all that is in it', async () => {
    const { token } = reading((await report('/s')).body);
    const node = /<hf:node>(\d+)<\/hf:node>/.exec((await dav.propfind('/s/d', '<hf:node/>')).body)?.[1];
    await dav.send('MOVE', '/s/d', { headers: { destination: '/dav/s/e' } });
    const byId = await report('/s', { token, byId: true });
    expect(reading(byId.body).lines).toEqual(['/s/e/ present']);
    expect(byId.body).toContain(`<hf:node>${node}</hf:node>`);
    const byPath = reading((await report('/s', { token })).body).lines;
    expect(byPath).toContain('/s/e/ present');
    expect(byPath).toContain('/s/e/b present');
    expect(byPath).toContain('/s/d 404');
    const { token: after } = reading(byId.body);
    await dav.send('DELETE', '/s/e');
    const gone = await report('/s', { token: after, byId: true });
    expect(gone.body).toMatch(new RegExp(`404 Not Found</d:status><hf:node>${node}</hf:node>`));
  });

  test('a token that is not one: start again', async () => {
    for (const token of ['nonsense', 'urn:holdfast:sync:other:1', 'urn:holdfast:sync::-1']) {
      const answer = await report('/s', { token });
      expect(answer.statusCode).toBe(403);
      expect(answer.body).toContain('<d:valid-sync-token/>');
    }
  });

  test('the token is a property, and a condition', async () => {
    const { body } = await dav.propfind('/s', '<d:sync-token/><d:supported-report-set/>');
    expect(body).toContain('<d:sync-collection/>');
    const token = /<d:sync-token>([^<]+)</.exec(body)?.[1];
    const put = () =>
      dav.send('PUT', '/s/cond', { body: 'x', headers: { if: `</remote.php/webdav/s/> (<${token}>)` } });
    expect((await put()).statusCode).toBe(201);
    expect((await put()).statusCode).toBe(412);
  });

  test('S21 what cannot be', async () => {
    expect((await report('/s', { depth: '1' })).statusCode).toBe(400);
    expect((await report('/s', { level: '2' })).statusCode).toBe(400);
    expect((await report('/nothing')).statusCode).toBe(404);
    expect((await report('/s/new')).statusCode).toBe(403);
    expect((await dav.send('REPORT', '/s', { body: '' })).statusCode).toBe(400);
    const other = await dav.send('REPORT', '/s', { body: '<d:expand-property xmlns:d="DAV:"/>' });
    expect(other.statusCode).toBe(403);
    expect(other.body).toContain('<d:supported-report/>');
  });

  test('thousands come whole', async () => {
    const actor = { userId: 'ann', read: true, write: true, delete: true };
    await dav.files.mkdir(actor, 'lots');
    for (let i = 0; i < 2300; i++) await dav.files.mkdir(actor, `lots/${i}`);
    expect(reading((await report('/lots')).body).lines.length).toBe(2300);
  });
});
