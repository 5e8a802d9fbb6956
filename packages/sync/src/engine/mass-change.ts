import { describeOp } from '../plan/describe-op.ts';
import type { Op } from '../plan/op.ts';
import type { PlannedStep, Side } from './events.ts';

const most = 500;
const share = 0.25;
const fewest = 20;

/** Counts what a run removes and replaces on each side, and says when that is more than a person expects (R15). */
export class MassChangeBrake {
  readonly #limit: number;
  readonly #done = { local: 0, remote: 0 };

  /** `knownFiles`: how many files were agreed on when the run began. */
  constructor(knownFiles: number) {
    this.#limit = Math.min(most, Math.max(fewest, Math.floor(knownFiles * share)));
  }

  /** What the operations would remove or replace, when that is too much together with what was done already. */
  check(ops: readonly Op[]): PlannedStep[] | undefined {
    const planned = { ...this.#done };
    const steps: PlannedStep[] = [];
    for (const op of ops) {
      const step = destructive(op);
      if (step === undefined) continue;
      steps.push(step);
      planned[step.side] += step.destroys;
    }
    return planned.local > this.#limit || planned.remote > this.#limit ? steps : undefined;
  }

  add(side: Side, destroyed: number): void {
    this.#done[side] += destroyed;
  }
}

function destructive(op: Op): PlannedStep | undefined {
  if (op.kind !== 'delete' && op.kind !== 'upload' && op.kind !== 'download') return undefined;
  const step = describeOp(op);
  return step !== undefined && step.destroys > 0 ? step : undefined;
}
