import { spawn } from 'node:child_process';
import { childEnv } from './config.ts';

/** How a command ended and what it said. */
export interface CommandResult {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to end. */
  readonly ms: number;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for its standard input, which is closed afterwards. */
  readonly input?: string | Buffer;
  /** Milliseconds; then it is killed and the call rejects. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Called with the process id once it runs. */
  readonly onStart?: (pid: number) => void;
}

/** Runs a program in a process group of its own, so that ending it ends its children as well. Never rejects for an exit code. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const started = performance.now();
  const child = spawn(file, args, {
    detached: true,
    env: childEnv(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that ends without reading its input breaks the pipe; its exit code tells more than that.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  if (child.pid !== undefined) options.onStart?.(child.pid);

  let timedOut = false;
  const stop = () => killGroup(child.pid, 'SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.timeout ?? 300_000);
  options.signal?.addEventListener('abort', stop);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    });
    const text = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
    if (timedOut) {
      throw new Error(`${file} ${args.join(' ')} took too long\n${text.stdout}\n${text.stderr}`);
    }
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      ...text,
      ms: performance.now() - started,
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Sends a signal to a process group started by us; nothing happens when it is gone already. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs a program and rejects, with all it said, unless it ends with exit code 0. */
export async function runOk(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await runCommand(file, args, options);
  if (result.code !== 0) {
    const end = result.signal ?? `exit code ${result.code}`;
    throw new Error(`${file} ${args.join(' ')}: ${end}\n${result.stdout}\n${result.stderr}`);
  }
  return result;
}
