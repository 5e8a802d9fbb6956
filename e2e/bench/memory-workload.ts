import { benchData } from './bench-data.ts';
import type { BenchWorld } from './bench-world.ts';
import { requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';

/** How much our client needs for very many files: the first upload and a run with nothing to do. */
export async function memoryWorkload(world: BenchWorld): Promise<void> {
  const { memoryFiles } = world.options;
  const source = await benchData(world.cache, 'MEM', memoryFiles);
  const what = `memory, ${memoryFiles.toLocaleString('en')} files`;
  const client = await world.client('MEM', source, 'client-MEM');
  let highest = 0;
  for (const label of ['first upload', 'nothing changed']) {
    const [run, cpu] = await world.nodeSeconds(() => world.sync(client));
    highest = Math.max(highest, run.memory);
    if (label === 'first upload') {
      const rate = memoryFiles / run.seconds;
      world.results.add(
        `${memoryFiles.toLocaleString('en')} files, first upload, rate`,
        who.ourClient,
        '/s',
        rate,
      );
    }
    world.results.add(
      `${memoryFiles.toLocaleString('en')} files, ${label}`,
      who.ourClient,
      's',
      run.seconds,
      {
        'node CPU s': cpu,
        'client CPU s': run.cpu,
        'client MB': run.memory,
      },
    );
  }
  world.results.add(what, who.client, 'MB', highest);
  await requestsTo(world.ours).status('DELETE', 'client-MEM');
}
