import { networkInterfaces } from 'node:os';
import type { Clock } from '@holdfast/base';

/** What is told of the computer. */
export interface ComputerNews {
  /** Before each look. */
  readonly onLook: () => void;
  /** It has slept, or came to another network: what was waited for may be there now. */
  readonly onWake: () => void;
}

const lookMs = 30_000;
/** A look that comes so much later than meant was slept through. */
const sleptMs = 60_000;

/** Looks every half minute, until the signal aborts, whether the computer woke up or changed its network. */
export async function watchComputer(
  clock: Clock,
  { onLook, onWake }: ComputerNews,
  signal: AbortSignal,
  readAddresses: () => string = ownAddresses,
): Promise<void> {
  let addresses = readAddresses();
  while (!signal.aborted) {
    onLook();
    const meant = clock.now() + lookMs;
    try {
      await clock.sleep(lookMs, signal);
    } catch {
      return;
    }
    const present = readAddresses();
    if (clock.now() - meant > sleptMs || present !== addresses) onWake();
    addresses = present;
  }
}

function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outside = all.filter(({ internal }) => !internal).map(({ address }) => address);
  return outside.sort().join(' ');
}
