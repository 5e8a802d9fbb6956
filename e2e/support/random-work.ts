import { setTimeout as sleep } from 'node:timers/promises';
import type { PseudoRandom } from './pseudo-random.ts';
import { killGroup } from './run-command.ts';
import { type SyncClient, trySync } from './sync-client.ts';
import { type TreeMutator, treeMutator, type Writings } from './tree-mutator.ts';

/** Somebody who works in a folder of his own and in one that all share. */
export interface Worker {
  readonly name: string;
  readonly local: string;
  mutate(): void;
  /** Starts a sync and resolves when it has ended, however. */
  sync(): Promise<void>;
}

/** Makes the two mutators of a worker and lets them take turns. */
export function workIn(
  name: string,
  local: string,
  scratch: string,
  random: PseudoRandom,
  writings: Writings,
): () => void {
  const mutators: readonly TreeMutator[] = [`made by ${name}`, 'of all'].map((area) =>
    treeMutator(local, area, scratch, random, writings, `${name}-`),
  );
  return () => random.pick(mutators).mutate();
}

/** A run of our client that is killed now and then. */
export async function restlessSync(client: SyncClient, random: PseudoRandom): Promise<void> {
  const delay = random.int(3) === 0 ? random.int(1500) : undefined;
  let pid = 0;
  const run = trySync(client, ['--allow-mass-change'], {
    onStart: (started) => {
      pid = started;
    },
  });
  const ended = new AbortController();
  const kill = (async () => {
    if (delay === undefined) return;
    await sleep(delay, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) killGroup(pid, 'SIGKILL');
  })();
  await run.finally(() => ended.abort());
  await kill;
}

/** Lets all work and sync side by side for a while, with `disturb` called again and again. */
export async function workForAWhile(
  workers: readonly Worker[],
  minutes: number,
  random: PseudoRandom,
  disturb: () => Promise<void>,
): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  const until = async (work: () => Promise<void>) => {
    while (performance.now() < end) await work();
  };
  await Promise.all([
    ...workers.map((worker) => until(() => worker.sync())),
    until(async () => {
      for (let i = random.int(4); i >= 0; i--) random.pick(workers).mutate();
      await sleep(random.int(300));
    }),
    until(async () => {
      await sleep(500 + random.int(2500));
      await disturb();
    }),
  ]);
}
