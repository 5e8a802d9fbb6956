import type { Dice } from './dice.ts';
import type { People } from './people.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimClient } from './sim-client.ts';
import type { SimServer } from './sim-server.ts';
import type { Trace } from './trace.ts';
import type { WorldPlan } from './world-plan.ts';

/** Who and what is in a world. */
export interface Scene {
  readonly plan: WorldPlan;
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly people: People;
  readonly server: SimServer;
  readonly clients: readonly SimClient[];
  /** False in the peace at the end. */
  readonly restless: boolean;
  /** How many events there were. */
  readonly events: number;
  /** Something that may happen, with chances of its own. Undefined when it does not. */
  event(probability: number): Dice | undefined;
}
