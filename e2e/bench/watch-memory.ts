import { processMemory } from './process-memory.ts';

/** Follows the memory of a process until it is told to stop. */
export interface MemoryWatch extends Disposable {
  /** Highest values seen so far, in MB. */
  readonly highest: { peak: number; pss: number };
}

/** Looks at a process every `interval` milliseconds. */
export function watchMemory(pid: number, interval: number): MemoryWatch {
  const highest = { peak: 0, pss: 0 };
  const look = () => {
    const now = processMemory(pid);
    highest.peak = Math.max(highest.peak, now?.peak ?? 0);
    highest.pss = Math.max(highest.pss, now?.pss ?? 0);
  };
  look();
  const timer = setInterval(look, interval);
  return {
    highest,
    [Symbol.dispose]: () => {
      look();
      clearInterval(timer);
    },
  };
}
