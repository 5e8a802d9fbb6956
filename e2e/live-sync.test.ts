import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClientPair, clientPair } from './support/client-pair.ts';
import { holdfastPath } from './support/repository.ts';
import { killGroup, runCommand } from './support/run-command.ts';
import { type SyncClient, syncArguments } from './support/sync-client.ts';
import { waitUntil } from './support/wait-until.ts';

/** Both clients of a pair, watching; asking the server by themselves comes too late to be of any use. */
async function watching(pair: ClientPair): Promise<AsyncDisposable> {
  const pids: number[] = [];
  const ended = [pair.a, pair.b].map((client) => {
    const args = syncArguments(client, ['--watch', '--poll', '1h']);
    return runCommand(holdfastPath, args, { timeout: 120_000, onStart: (pid) => pids.push(pid) });
  });
  return {
    [Symbol.asyncDispose]: async () => {
      for (const pid of pids) killGroup(pid, 'SIGTERM');
      await Promise.all(ended);
    },
  };
}

const textIn = async ({ local }: SyncClient, path: string): Promise<string | undefined> =>
  readFile(join(local, path), 'utf8').catch(() => undefined);

test('what is done on one machine is on the other at once, both ways', { timeout: 120_000 }, async () => {
  await using pair = await clientPair();
  const { a, b } = pair;
  await mkdir(join(a.local, 'folder'));
  for (let at = 0; at < 30; at += 1) await writeFile(join(a.local, 'folder', `${at}`), `${at}`);
  await pair.meet();
  await using _both = await watching(pair);
  await writeFile(join(a.local, 'begun'), 'a');
  await waitUntil('the first file', async () => (await textIn(b, 'begun')) === 'a');
  await writeFile(join(b.local, 'begun'), 'b');
  await waitUntil('the first answer', async () => (await textIn(a, 'begun')) === 'b');

  const times: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
    const path = `folder/new ${round}`;
    const started = performance.now();
    await writeFile(join(from.local, path), `text ${round}`);
    await waitUntil(path, async () => (await textIn(to, path)) === `text ${round}`);
    times.push(performance.now() - started);
  }
  // The quickest: what else the machine does is not what is promised.
  expect(Math.min(...times), times.map(Math.round).join(' ')).toBeLessThan(1000);

  pair.proxy.reset();
  await rename(join(a.local, 'folder'), join(a.local, 'renamed'));
  await waitUntil('the renamed folder', async () => (await textIn(b, 'renamed/7')) === '7');
  await waitUntil('the old name to go', () =>
    stat(join(b.local, 'folder')).then(
      () => false,
      () => true,
    ),
  );
  const { lines } = pair.proxy.counts;
  expect(lines.filter((line) => line.startsWith('MOVE '))).toHaveLength(1);
  expect(lines.filter((line) => /^(?:PUT|DELETE|MKCOL) /.test(line))).toEqual([]);
  await rm(join(b.local, 'renamed', '7'));
  await waitUntil('a removed file to go', async () => (await textIn(a, 'renamed/7')) === undefined);
});
