import { parseArgs } from 'node:util';
import type { Level } from './run-seed.ts';

/** What `npm run sim` was asked for. */
export interface SimOptions {
  readonly levels: readonly Level[];
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number;
  readonly trace: boolean;
  readonly shrink: boolean;
  readonly json: boolean;
  readonly mutate: boolean;
  /** Events to leave out. */
  readonly skip: readonly number[];
}

export const usage = `Usage: npm run sim -- [--level 1|2|3|all] [--seed N] [--runs M] [--jobs J]
         [--trace] [--shrink] [--skip N,N…] [--json] [--mutate]

  --level   what is simulated: 1 the planner, 2 the engine, 3 engines with the real node (default: all)
  --seed    the first seed (default 1)       --runs    how many (default 1000)
  --jobs    processes side by side (default 1)
  --trace   show everything that happens in one seed
  --shrink  find the fewest events with which a failing seed still fails
  --skip    leave out these events
  --json    one line of JSON a failing seed, and one for all
  --mutate  break guards of the engine one by one; every one has to be found
`;

/** @throws Error for what is not to be understood. */
export function parseOptions(args: readonly string[]): SimOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      level: { type: 'string', default: 'all' },
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '1000' },
      jobs: { type: 'string', default: '1' },
      skip: { type: 'string', default: '' },
      trace: { type: 'boolean', default: false },
      shrink: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      mutate: { type: 'boolean', default: false },
    },
  });
  return {
    levels: levelsOf(values.level),
    seed: numberOf('seed', values.seed),
    runs: values.trace || values.shrink ? 1 : numberOf('runs', values.runs),
    jobs: Math.max(1, numberOf('jobs', values.jobs)),
    skip: values.skip.split(',').filter(Boolean).map(Number),
    trace: values.trace,
    shrink: values.shrink,
    json: values.json,
    mutate: values.mutate,
  };
}

function levelsOf(text: string): readonly Level[] {
  if (text === 'all') return [1, 2, 3];
  const level = Number(text);
  if (level !== 1 && level !== 2 && level !== 3) throw new Error(`--level ${text}: 1, 2, 3 or all`);
  return [level];
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} ${text}: a whole number`);
  return value;
}
