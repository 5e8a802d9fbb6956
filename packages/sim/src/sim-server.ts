import type { Remote } from '@holdfast/client';
import type { Place, PlainTree } from './place.ts';
import type { SimClock } from './sim-clock.ts';

/** A server of a simulated world. */
export interface SimServer {
  /** Its web pages, where people work. */
  readonly place: Place;
  tree(): PlainTree | Promise<PlainTree>;
  /** As one client sees it. */
  connect(clock: SimClock): Remote;
  /** Lies about the next uploads; undefined for a server that never does. */
  readonly lie: ((kind: number) => void) | undefined;
  /** Puts back an earlier tree, as a new epoch; undefined where that cannot be told. */
  readonly restore: ((tree: PlainTree) => void) | undefined;
  close(): Promise<void>;
}
