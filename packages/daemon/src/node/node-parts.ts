import {
  type Clock,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from '@holdfast/base';

/** What a node takes from outside; what is left out is the machine's own. */
export interface NodeParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The machine's own parts, with `given` in their place. Logs nothing unless a logger is given. */
export function quietParts(given: Partial<NodeParts> = {}): NodeParts {
  return {
    clock: given.clock ?? systemClock,
    random: given.random ?? systemRandom,
    logger: given.logger ?? silentLogger,
  };
}
