import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { countingProxy, countWrites } from '../support/counting-proxy.ts';
import { benchData } from './bench-data.ts';
import type { BenchWorld } from './bench-world.ts';
import { requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';
import { timedRun } from './timed-run.ts';

/** W5: a folder with 1,000 files gets another name. */
export async function renameWorkload(world: BenchWorld): Promise<void> {
  const source = await world.fresh('W5');
  await timedRun('cp', ['-a', `${await benchData(world.cache, 'W5')}/.`, source]);
  await using proxy = await countingProxy(world.node.url);
  const direct = await world.client('W5', source, 'client-W5');
  await world.sync(direct);
  let name = 'big';
  for (let round = 0; round < world.options.rounds; round++) {
    name = await renameTo(source, name, `big-renamed-${round}`);
    const run = await world.sync(direct);
    world.results.add('W5 rename', who.ourClient, 's', run.seconds, {
      'client CPU s': run.cpu,
      'client MB': run.memory,
    });
  }
  await requestsTo(world.ours).status('DELETE', 'client-W5');

  // Counted apart, because the counting costs time.
  const counted = {
    ...(await world.client('W5-counted', source, 'counted-W5')),
    url: `${proxy.url}/counted-W5`,
  };
  await world.sync(counted);
  await renameTo(source, name, 'big-counted');
  proxy.reset();
  await world.sync(counted);
  const { methods, up, down } = proxy.counts;
  world.results.add('W5 MOVE requests', who.ourClient, '', methods.get('MOVE') ?? 0, {
    'writing requests': countWrites(proxy.counts),
  });
  world.results.add('W5 body bytes', who.ourClient, '', up + down);
  await requestsTo(world.ours).status('DELETE', 'counted-W5');
}

async function renameTo(root: string, from: string, to: string): Promise<string> {
  await rename(join(root, from), join(root, to));
  return to;
}
