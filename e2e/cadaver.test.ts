import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cadaver } from './support/cadaver-client.ts';
import { davRequests } from './support/dav-requests.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { requireTool } from './support/require-tool.ts';

test('cadaver makes folders, puts, gets, copies, moves, locks and deletes', async (context) => {
  const program = requireTool(context, 'cadaver');
  await using world = await nodeWithAccount('cadaver');
  const { folder, davUrl, account } = world;
  const content = pseudoRandom('cadaver').bytes(100_000);
  await writeFile(folder.at('one.bin'), content);
  const script = [
    'mkcol papers',
    'cd papers',
    'put one.bin',
    'copy one.bin two.bin',
    'move two.bin "three with space.bin"',
    'lock one.bin',
    'unlock one.bin',
    'propset one.bin colour blue',
    'propget one.bin colour',
    'mkcol inner',
    'ls',
    'get one.bin back.bin',
    'rmcol inner',
    'delete one.bin',
    'ls',
  ];
  const result = await cadaver(
    {
      program,
      url: davUrl,
      user: account.name,
      password: account.token,
      home: folder.at('home'),
      local: folder.path,
    },
    script,
  );
  expect(result.stdout).not.toMatch(/failed|error|denied|required|abort/i);
  expect(result.stdout).toMatch(/colour.*blue/);
  expect(content.equals(await readFile(folder.at('back.bin')))).toBe(true);
  const dav = davRequests(davUrl, account.name, account.token);
  expect(content.equals(await dav.read('papers/three with space.bin'))).toBe(true);
  expect(await dav.status('GET', 'papers/one.bin')).toBe(404);
  expect(await dav.status('PROPFIND', 'papers/inner', { headers: { depth: '0' } })).toBe(404);
});
