import { processMemory, processSeconds } from './process-memory.ts';

/** Follows the memory and the processor time of a process until it is told to stop. */
export interface MemoryWatch extends Disposable {
  /** Highest values seen so far: memory in MB, processor time in seconds. */
  readonly highest: { peak: number; pss: number; seconds: number };
}

/** Looks at a process every `interval` milliseconds. */
export function watchMemory(pid: number, interval: number): MemoryWatch {
  const highest = { peak: 0, pss: 0, seconds: 0 };
  const look = () => {
    const now = processMemory(pid);
    highest.peak = Math.max(highest.peak, now?.peak ?? 0);
    highest.pss = Math.max(highest.pss, now?.pss ?? 0);
    highest.seconds = Math.max(highest.seconds, processSeconds(pid));
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
