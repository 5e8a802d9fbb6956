// npm run bench [-- --only W1,W6] [--quick] [--json FILE] [--cpu-prof FOLDER]
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../support/repository.ts';
import { type BenchOptions, type BenchWorld, benchWorld } from './bench-world.ts';
import { daemonWorkload } from './daemon-workload.ts';
import { deltaWorkload } from './delta-workload.ts';
import { who } from './goals.ts';
import { loadWorkload } from './load-workload.ts';
import { memoryWorkload } from './memory-workload.ts';
import { nothingChangedWorkload } from './nothing-changed-workload.ts';
import { printTable } from './print-table.ts';
import { renameWorkload } from './rename-workload.ts';
import { isMet } from './results.ts';
import { transferWorkload } from './transfer-workload.ts';

const workloads: Readonly<Record<string, (world: BenchWorld) => Promise<void>>> = {
  W1: (world) => transferWorkload(world, 'W1'),
  W2: (world) => transferWorkload(world, 'W2'),
  W3: nothingChangedWorkload,
  W4: deltaWorkload,
  W5: renameWorkload,
  W6: loadWorkload,
  MEM: memoryWorkload,
  DMN: daemonWorkload,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
});
const chosen = values.only?.split(',') ?? Object.keys(workloads);
const unknown = chosen.filter((name) => !(name in workloads));
if (unknown.length > 0) {
  throw new Error(`unknown workload ${unknown.join(', ')}; known: ${Object.keys(workloads).join(', ')}`);
}
const options: BenchOptions = {
  rounds: values.quick ? 1 : 3,
  loadSeconds: values.quick ? 3 : 10,
  memoryFiles: values.quick ? 10_000 : 100_000,
  profiles: values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']),
};

await using world = await benchWorld(options);
const started = new Date();
for (const name of chosen) {
  process.stderr.write(`${name}\n`);
  await workloads[name]?.(world);
  world.results.add(`memory, after ${name}`, who.node, 'MB', world.nodeMemory.highest.peak);
}
world.results.add('memory, highest of all', who.node, 'MB', world.nodeMemory.highest.peak, {
  'PSS MB': world.nodeMemory.highest.pss,
});

const machine = {
  started: started.toISOString(),
  cores: cpus().length,
  processor: cpus()[0]?.model,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  load: loadavg().map((value) => Math.round(value * 10) / 10),
};
const rows = world.results.rows.map((row) => ({
  ...row,
  also: Object.fromEntries(row.also),
  met: isMet(row, world.results.rows),
}));
const file = resolve(values.json ?? join(repositoryRoot, 'bench-results', `${started.getTime()}.json`));
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify({ machine, options, rows }, undefined, 2)}\n`);
process.stdout.write(`${printTable(world.results.rows)}\n\n${JSON.stringify(machine)}\n${file}\n`);
