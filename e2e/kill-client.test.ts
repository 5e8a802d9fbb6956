import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checkStore } from './support/check-store.ts';
import { clientPair } from './support/client-pair.ts';
import { compareTrees } from './support/compare-trees.ts';
import { readConfig } from './support/config.ts';
import { watchContents } from './support/content-watch.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { readTree } from './support/read-tree.ts';
import { killGroup } from './support/run-command.ts';
import { type SyncClient, trySync } from './support/sync-client.ts';
import { treeMutator } from './support/tree-mutator.ts';

/** What the client puts into a folder before it has its name; never shown as a file of the user. */
const stagePrefix = '.holdfast-stage-';

/** Runs one sync and kills it with SIGKILL after `delay` ms; whether the kill hit it alive. */
async function killedSync(client: SyncClient, delay: number, meanwhile: () => void): Promise<boolean> {
  const abort = new AbortController();
  let pid = 0;
  const run = trySync(client, ['--allow-mass-change'], {
    onStart: (started) => {
      pid = started;
    },
    signal: abort.signal,
  });
  const kill = sleep(delay / 2).then(async () => {
    meanwhile();
    await sleep(delay / 2);
    killGroup(pid, 'SIGKILL');
  });
  const [result] = await Promise.all([run, kill]);
  return result.signal === 'SIGKILL';
}

test('R7 a client killed at any moment converges, loses nothing and never shows half a file', async () => {
  const { seed, killFactor } = readConfig();
  const random = pseudoRandom(`kill-client ${seed}`);
  await using pair = await clientPair('kill-client');
  const { a, b, world } = pair;
  const mutators = [a, b].map((client, index) =>
    treeMutator(client.local, `made in ${index}`, world.folder.at(`scratch-${index}`), random),
  );
  const mutate = (times: number) => {
    for (let i = 0; i < times; i++) random.pick(mutators).mutate();
  };
  mutate(80);
  const calm = await trySync(a);
  expect(calm.code, calm.stdout + calm.stderr).toBe(0);

  await using watch = watchContents([a.local, b.local], stagePrefix);
  const wanted = Math.round(50 * killFactor);
  let kills = 0;
  for (let round = 0; kills < wanted; round++) {
    expect(round, 'too few of the runs could be killed').toBeLessThan(wanted * 6);
    mutate(6);
    const client = random.pick([a, b]);
    // From the first instruction to a little after the end of an ordinary run.
    if (await killedSync(client, random.int(Math.round(calm.ms * 1.3)), () => mutate(2))) kills++;
  }

  for (const client of [a, b, a, b]) {
    const result = await trySync(client, ['--allow-mass-change']);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  }
  expect(compareTrees(a.local, b.local, { mtime: 'ns', executable: true })).toEqual([]);
  const atTheEnd = new Set(readTree(a.local).values());
  const lost = mutators.flatMap(({ living }) => [...living].filter(([hash]) => !atTheEnd.has(hash)));
  expect(lost).toEqual([]);

  const everWritten = new Set(mutators.flatMap((mutator) => [...mutator.everWritten]));
  const seen = [...(await watch.finish()), ...[...atTheEnd].map((hash): [string, string] => [hash, 'end'])];
  expect(seen.filter(([hash]) => !everWritten.has(hash))).toEqual([]);
  const check = await checkStore(world.data);
  expect(check.whole, check.text).toBe(true);
});
