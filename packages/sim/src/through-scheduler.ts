import type { Scheduler } from './scheduler.ts';
import { Killed, type SimProcess } from './sim-process.ts';
import { describe, type Trace } from './trace.ts';

/** One call of a port. */
export interface PortCall {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What stands between a process and a port. */
export interface Between {
  readonly process: SimProcess;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** Carries out a call, with whatever strikes it. */
  readonly around: (call: PortCall, act: () => Promise<unknown>) => Promise<unknown>;
  /** The process was killed before its call had begun: it may be under way all the same. */
  readonly orphaned: (call: PortCall, act: () => Promise<unknown>) => void;
  /** Whether the answer of a call waits for a turn of its own. */
  readonly answersLater: () => boolean;
}

const streams = new Set(['folder.read', 'folder.readKept', 'remote.changes', 'batches.read']);
/** These only take something down, or wait for as long as the process lives. */
const immediate = new Set(['folder.watch', 'folder.beginRun', 'remote.listen']);
const inner = new Set(['batches', 'deltas']);

/** The same port, each call of which waits for its turn, and streams for each of their pieces. */
export function throughScheduler<T extends object>(port: T, name: string, between: Between): T {
  const parts = new Map<string, object>();
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof property !== 'string') return value;
      if (inner.has(property) && typeof value === 'object' && value !== null) {
        const part = parts.get(property) ?? throughScheduler(value, property, between);
        parts.set(property, part);
        return part;
      }
      if (typeof value !== 'function') return value;
      const full = `${name}.${property}`;
      const act = (args: readonly unknown[]) => Reflect.apply(value, target, args) as unknown;
      if (immediate.has(full)) return (...args: unknown[]) => act(args);
      if (streams.has(full)) return (...args: unknown[]) => stream(full, args, act, between);
      return (...args: unknown[]) => call(full, args, async () => act(args), between);
    },
  });
}

async function call(
  full: string,
  args: readonly unknown[],
  act: () => Promise<unknown>,
  between: Between,
): Promise<unknown> {
  const { process, scheduler, trace } = between;
  const [port = '', method = ''] = full.split('.');
  const one = { port, method, args };
  const label = `${process.name} ${full} ${args.filter(isTold).map(describe).join(' ')}`;
  try {
    await scheduler.turn(process, label);
  } catch (error) {
    if (error instanceof Killed) between.orphaned(one, act);
    throw error;
  }
  try {
    const result = await between.around(one, act);
    if (between.answersLater()) await scheduler.turn(process, `${label} answers`);
    process.requireAlive();
    trace.add(`  ${label} = ${describe(result)}`);
    return result;
  } catch (error) {
    process.requireAlive();
    trace.add(`  ${label} = ${describe(error)}`);
    throw error;
  }
}

async function* stream(
  full: string,
  args: readonly unknown[],
  act: (args: readonly unknown[]) => unknown,
  between: Between,
): AsyncGenerator<unknown> {
  const pieces = (await call(full, args, async () => act(args), between)) as AsyncIterable<unknown>;
  yield* paced(pieces, full, between);
}

/** A stream of which each piece may have to wait for its turn. */
export async function* paced<T>(
  pieces: AsyncIterable<T>,
  label: string,
  between: Between,
): AsyncGenerator<T> {
  for await (const piece of pieces) {
    if (between.answersLater()) await between.scheduler.turn(between.process, `${label} piece`);
    between.process.requireAlive();
    if (label === 'remote.changes') between.trace.add(`    ${describe(piece)}`);
    yield piece;
  }
}

function isTold(value: unknown): boolean {
  return typeof value !== 'function' && !(value instanceof AbortSignal);
}
