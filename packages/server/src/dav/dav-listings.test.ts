import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DavWorld, openDavWorld, xmlns } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
});
afterAll(() => dav.close());

const props =
  '<d:getetag/><d:getlastmodified/><d:getcontentlength/><d:resourcetype/><oc:size/><oc:favorite/><hf:executable/><hf:mtime/><oc:checksums/><d:creationdate/>';
const patch = (path: string, inner: string) =>
  dav.send('PROPPATCH', path, {
    body: `<d:propertyupdate ${xmlns}><d:set><d:prop>${inner}</d:prop></d:set></d:propertyupdate>`,
  });
const name = fc.constantFrom('a', 'b', 'sub', 'sub/a', 'sub/deep', 'sub/deep/x');
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('put', 'mkcol', 'delete', 'favorite', 'mtime', 'executable', 'created'),
    at: name,
  }),
  fc.record({ kind: fc.constantFrom('move', 'copy'), at: name, to: name }),
);

test('a listing from memory is what a fresh one would be, whatever has happened in between', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const root = `/l${round++}`;
      await dav.send('MKCOL', root);
      for (const [i, item] of steps.entries()) {
        const path = `${root}/${item.at}`;
        const headers = 'to' in item ? { destination: `/remote.php/webdav${root}/${item.to}` } : {};
        if (item.kind === 'put') await dav.send('PUT', path, { body: 'x'.repeat(i) });
        else if (item.kind === 'favorite') await patch(path, `<oc:favorite>${i % 2}</oc:favorite>`);
        else if (item.kind === 'mtime') await patch(path, `<hf:mtime>${i}.5</hf:mtime>`);
        else if (item.kind === 'executable') await patch(path, `<hf:executable>${i % 2}</hf:executable>`);
        else if (item.kind === 'created') await patch(path, `<nc:creation_time>${i}</nc:creation_time>`);
        else await dav.send(item.kind.toUpperCase(), path, { headers });
        for (const folder of [root, `${root}/sub`]) {
          const quick = await dav.propfind(folder, props, { depth: '1' });
          // Locks are never answered from memory, so this one is read anew.
          const fresh = await dav.propfind(folder, `${props}<d:lockdiscovery/>`, { depth: '1' });
          expect(quick.body).toBe(fresh.body.replaceAll('<d:lockdiscovery/>', ''));
        }
      }
    }),
    { seed: 1006, numRuns: 60 },
  );
});

test('S6 what one caller was told is not told to another', async () => {
  await dav.send('MKCOL', '/shared');
  await dav.send('PUT', '/shared/f', { body: 'x' });
  const { token } = await dav.server.test.identity.createToken({
    userId: 'ann',
    name: 'reader',
    scopes: ['files:read'],
  });
  const letters = async (options: { token?: string }) =>
    [
      ...(await dav.propfind('/shared', '<oc:permissions/>', { depth: '1', ...options })).body.matchAll(
        /<oc:permissions>(\w+)</g,
      ),
    ].map((match) => match[1]);
  expect(await letters({})).toEqual(['RGDNVCK', 'RGDNVW']);
  expect(await letters({ token })).toEqual(['RG', 'RG']);
  expect(await letters({})).toEqual(['RGDNVCK', 'RGDNVW']);
});
