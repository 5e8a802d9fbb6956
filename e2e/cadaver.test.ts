import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { davRequests } from './support/dav-requests.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { requireTool } from './support/require-tool.ts';
import { runCommand } from './support/run-command.ts';

test('cadaver makes folders, puts, gets, copies, moves, locks and deletes', async (context) => {
  const cadaver = requireTool(context, 'cadaver');
  await using world = await nodeWithAccount('cadaver');
  const { folder, davUrl, account } = world;
  const { hostname } = new URL(davUrl);
  const content = pseudoRandom('cadaver').bytes(100_000);
  await mkdir(folder.at('home'));
  await writeFile(
    folder.at('home/.netrc'),
    `machine ${hostname}\nlogin ${account.name}\npassword ${account.token}\n`,
    { mode: 0o600 },
  );
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
    'quit',
  ];
  const result = await runCommand(cadaver, [`${davUrl}/`], {
    cwd: folder.path,
    env: { HOME: folder.at('home'), LANG: 'C.UTF-8' },
    input: `${script.join('\n')}\n`,
    timeout: 60_000,
  });
  expect(result.stdout).not.toMatch(/failed|error|denied|required|abort/i);
  expect(result.stdout).toMatch(/colour.*blue/);
  expect(content.equals(await readFile(folder.at('back.bin')))).toBe(true);
  const dav = davRequests(davUrl, account.name, account.token);
  expect(content.equals(await dav.read('papers/three with space.bin'))).toBe(true);
  expect(await dav.status('GET', 'papers/one.bin')).toBe(404);
  expect(await dav.status('PROPFIND', 'papers/inner', { headers: { depth: '0' } })).toBe(404);
});
