import { expect, test } from 'vitest';
import { parseLitmus } from './support/litmus-output.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { requireTool } from './support/require-tool.ts';
import { runCommand } from './support/run-command.ts';

/** Tests in each suite of litmus 0.13 that a server of classes 1, 2 and 3 gets to see. */
const expected = { basic: 16, copymove: 13, props: 30, locks: 41, http: 4 };

test('litmus 0.13 passes whole', async (context) => {
  const litmus = requireTool(context, 'litmus');
  await using world = await nodeWithAccount('litmus');
  const { account, davUrl, folder } = world;
  // It writes its log into the folder it runs in.
  const result = await runCommand(litmus, ['-k', `${davUrl}/`, account.name, account.token], {
    cwd: folder.path,
  });
  const suites = parseLitmus(result.stdout);
  expect(
    suites.map(({ name, passed, failed, remarks }) => ({ name, passed, failed, remarks })),
    result.stdout,
  ).toEqual(Object.entries(expected).map(([name, passed]) => ({ name, passed, failed: 0, remarks: [] })));
  expect(result.code).toBe(0);
});
