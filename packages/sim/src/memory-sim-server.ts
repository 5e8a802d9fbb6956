import { type Lie, MemoryRemote, MemoryServer } from '@holdfast/client/testing';
import { serverPlace } from './place.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimServer } from './sim-server.ts';
import type { WorldPlan } from './world-plan.ts';

const allLies: readonly Lie[] = ['stores-nothing', 'truncates', 'flips-a-byte', 'says-done-on-failure'];

/** A server in memory, of the kind that the plan names. */
export function memorySimServer(scheduler: Scheduler, plan: WorldPlan): SimServer {
  const server = new MemoryServer({ now: () => scheduler.now, monotonic: () => 0, sleep: async () => {} });
  const lies: Lie[] = [];
  const { batchFileBytes, deltaMinBytes } = plan;
  return {
    place: serverPlace(server),
    tree: () => server.tree(),
    connect: (clock) => {
      const own = {
        ...(batchFileBytes === undefined ? {} : { batchFileBytes }),
        ...(deltaMinBytes === undefined ? {} : { deltaMinBytes }),
      };
      return new MemoryRemote({
        clock,
        server,
        discovery: plan.server,
        lies,
        trusting: plan.trusting,
        ...own,
      });
    },
    lie: (kind) => {
      const lie = allLies[kind % allLies.length];
      if (lie !== undefined && lies.length === 0) lies.push(lie);
    },
    restore: plan.server === 'listing' ? undefined : (tree) => server.restore(tree),
    close: async () => {},
  };
}
