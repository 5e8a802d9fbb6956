import { benchData } from './bench-data.ts';
import type { BenchWorld } from './bench-world.ts';
import { requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';

/** W3: 10,000 small files are in sync already; how long does it take to find that out? */
export async function nothingChangedWorkload(world: BenchWorld): Promise<void> {
  const source = await benchData(world.cache, 'W3');
  const client = await world.client('W3', source, 'client-W3');
  const first = await world.sync(client);
  world.results.add('W3 first upload', who.ourClient, 's', first.seconds, {
    'client CPU s': first.cpu,
    'client MB': first.memory,
  });
  for (let round = 0; round < world.options.rounds + 2; round++) {
    const [run, cpu] = await world.nodeSeconds(() => world.sync(client));
    world.results.add('W3 nothing changed', who.ourClient, 's', run.seconds, {
      'node CPU s': cpu,
      'client CPU s': run.cpu,
      'client MB': run.memory,
    });
  }
  await requestsTo(world.ours).status('DELETE', 'client-W3');
}
