import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkMutations } from './check-mutations.ts';
import { parseOptions, type SimOptions, usage } from './options.ts';
import { Workshop } from './run-seed.ts';
import { type Failing, runSeeds, type Share } from './run-seeds.ts';
import { shrink } from './shrink.ts';

/** `npm run sim`: runs seeds and tells which fail. Ends with 1 when one does. */
async function main(args: readonly string[]): Promise<number> {
  let options: SimOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  if (options.mutate) return await checkMutations(say);
  if (options.trace || options.shrink) return await showOne(options);
  return await runMany(options);
}

async function showOne(options: SimOptions): Promise<number> {
  using shop = new Workshop();
  const [level = 2] = options.levels;
  let skip: ReadonlySet<number> = new Set(options.skip);
  if (options.shrink) {
    skip = await shrink((more) => shop.runOnce(level, options.seed, { skip: new Set([...skip, ...more]) }));
    skip = new Set([...skip, ...options.skip]);
  }
  const result = await shop.runTwice(level, options.seed, { skip, trace: true });
  for (const line of result.lines ?? []) say(line);
  for (const failure of result.failures) say(failure);
  if (options.shrink) say(`Again: ${again({ level, seed: options.seed })} --skip ${[...skip].join(',')}`);
  return result.failures.length > 0 ? 1 : 0;
}

async function runMany(options: SimOptions): Promise<number> {
  const { levels, seed, runs, jobs, json } = options;
  const started = performance.now();
  let done = 0;
  let told = 0;
  const failing: Failing[] = [];
  const onDone = (count: number, failed: readonly Failing[]) => {
    done += count;
    for (const one of failed) {
      failing.push(one);
      if (json) say(JSON.stringify(one));
      else say(`${again(one)}\n  ${one.failures.join('\n  ')}`);
    }
    if (json || done - told < 1000) return;
    told = done;
    process.stderr.write(`${done} of ${runs} seeds, ${rate(done, started)} a second\n`);
  };
  const shares = Array.from({ length: jobs }, (_, index): Share => ({ levels, seed, runs, jobs, index }));
  if (jobs === 1) for (const share of shares) await runSeeds(share, onDone);
  else await Promise.all(shares.map((share) => inProcess(share, onDone)));
  const seconds = (performance.now() - started) / 1000;
  if (json) say(JSON.stringify({ seeds: done, failed: failing.length, seconds }));
  else say(`${done} seeds, ${failing.length} failed, ${rate(done, started)} a second (each was run twice)`);
  return failing.length > 0 ? 1 : 0;
}

/** Runs a share of the seeds in a process of its own. */
async function inProcess(
  share: Share,
  onDone: (count: number, failed: readonly Failing[]) => void,
): Promise<void> {
  const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(share)]);
  child.on('message', (message) => {
    const { count, failed } = message as { count: number; failed: readonly Failing[] };
    onDone(count, failed);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`)),
    );
  });
}

function again({ level, seed }: Pick<Failing, 'level' | 'seed'>): string {
  return `npm run sim -- --level ${level} --seed ${seed} --runs 1`;
}

function rate(done: number, started: number): string {
  return (done / ((performance.now() - started) / 1000)).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
