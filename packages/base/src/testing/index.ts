export { type Fault, FaultPlan } from './fault-plan.ts';
export { manualClock } from './manual-clock.ts';
export { seededRandom } from './seeded-random.ts';
