import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Mutation, mutations } from './mutations.ts';
import { Workshop } from './run-seed.ts';

const root = new URL('../../../', import.meta.url);

/** What became of one broken guard. */
export interface MutationResult {
  readonly name: string;
  /** The seed that has found it, and how; undefined when none has. */
  readonly found: { readonly seed: number; readonly failure: string } | undefined;
  readonly tried: number;
}

/**
 * Takes out every guard in turn, in a process of its own and never on the disk, and runs seeds until one fails.
 * Returns the exit code: 0 when each was found.
 * @throws Error when the text of a mutation is not in its file any more.
 */
export async function checkMutations(
  say: (line: string) => void,
  { bound = 600, jobs = 2 }: { readonly bound?: number; readonly jobs?: number } = {},
): Promise<number> {
  for (const mutation of mutations) requireText(mutation);
  let missed = 0;
  const queue = mutations.values();
  const work = async () => {
    for (const mutation of queue) {
      const { found, tried } = await tryMutation(mutation, bound);
      if (found === undefined) missed += 1;
      const seed = `seed ${found?.seed} after ${tried}: ${found?.failure.slice(0, 100)}`;
      say(
        `${found === undefined ? 'MISSED' : 'found '} ${mutation.name} (${found ? seed : `${tried} seeds`})`,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  say(`${mutations.length - missed} of ${mutations.length} broken guards were found`);
  return missed > 0 ? 1 : 0;
}

/** Breaks one guard and looks for a seed that shows it, among `bound` seeds. */
export async function tryMutation(mutation: Mutation, bound: number): Promise<MutationResult> {
  const child = fork(fileURLToPath(new URL('./mutant.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let found: MutationResult | undefined;
  using shop = new Workshop();
  child.on('message', async (message) => {
    const result = message as MutationResult;
    const whole = result.found && (await shop.runOnce(mutation.level, result.found.seed));
    if (whole?.failures.length === 0) found = result;
    child.send(found === undefined ? 'go on' : 'enough');
  });
  child.send({ mutation, bound });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  return found ?? { name: mutation.name, found: undefined, tried: bound };
}

function requireText({ name, edits }: Mutation): void {
  for (const { file, find } of edits) {
    const count = readFileSync(new URL(file, root), 'utf8').split(find).length - 1;
    if (count !== 1) throw new Error(`${name}: its text stands ${count} times in ${file}; mend packages/sim`);
  }
}
