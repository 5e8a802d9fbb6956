import { type CommandOptions, runOk } from '../support/run-command.ts';
import { type MemoryWatch, watchMemory } from './watch-memory.ts';

/** What one run of a program took. */
export interface TimedRun {
  readonly seconds: number;
  /** Highest memory of the program itself, in MB. */
  readonly memory: number;
  /** Processor time of the program itself, in seconds. */
  readonly cpu: number;
  readonly stdout: string;
}

/** Writes out what the system still holds back, so that a run does not pay for the one before. */
async function settleDisk(): Promise<void> {
  await runOk('sync', []);
}

/** Runs a program to its end and measures it. Rejects unless it ends well. */
export async function timedRun(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<TimedRun> {
  await settleDisk();
  using stack = new DisposableStack();
  let watch: MemoryWatch | undefined;
  const result = await runOk(file, args, {
    timeout: 1_800_000,
    ...options,
    onStart: (pid) => {
      watch = stack.use(watchMemory(pid, 20));
    },
  });
  const { peak: memory, seconds: cpu } = watch?.highest ?? { peak: 0, seconds: 0 };
  return { seconds: result.ms / 1000, memory, cpu, stdout: result.stdout };
}
