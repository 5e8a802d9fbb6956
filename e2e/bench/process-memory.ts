import { readFileSync } from 'node:fs';

/** Memory of a process, in MB (10^6 bytes). Undefined when it is gone, or where there is no /proc. */
export interface ProcessMemory {
  /** The most it ever had in memory (VmHWM). */
  readonly peak: number;
  /** Its proportional share of what is in memory now (PSS). */
  readonly pss: number;
}

/** Reads the memory of a process. */
export function processMemory(pid: number): ProcessMemory | undefined {
  const peak = kilobytes(`/proc/${pid}/status`, /^VmHWM:\s+(\d+)/m);
  const pss = kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m);
  if (peak === undefined) return undefined;
  return { peak: (peak * 1024) / 1e6, pss: ((pss ?? 0) * 1024) / 1e6 };
}

/** Processor time of a process so far, in seconds. */
export function processSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function kilobytes(path: string, pattern: RegExp): number | undefined {
  try {
    const match = pattern.exec(readFileSync(path, 'utf8'));
    return match?.[1] === undefined ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}
