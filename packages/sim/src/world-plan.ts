import { Dice } from './dice.ts';

/** What kind of world a seed is. */
export interface WorldPlan {
  readonly server: 'feed' | 'etag-walk' | 'listing';
  readonly platforms: readonly ('linux' | 'darwin' | 'win32')[];
  /** Names that are one to some systems, or that some cannot hold. */
  readonly oddNames: boolean;
  readonly reusesIds: boolean;
  /** Bytes up to which the server takes files in batches; undefined for no batches. */
  readonly batchFileBytes: number | undefined;
  /** Bytes from which on it takes only what has changed; undefined for never. */
  readonly deltaMinBytes: number | undefined;
  /** The client takes the word of the server for what it has stored. */
  readonly trusting: boolean;
  /** So many files more; one day somebody removes most of them. */
  readonly crowd: number;
  /** The programs watch all day, and do not only run now and then. */
  readonly watches: boolean;
  readonly days: number;
  /** Works at one place only: then no client is ever in conflict. */
  readonly alone: boolean;
  /** Milliseconds by which the clocks are wrong. */
  readonly skew: number;
  /** How likely each of these is at one step, or at one call. */
  readonly odds: {
    readonly people: number;
    readonly kill: number;
    readonly network: number;
    readonly disk: number;
    /** The root goes away, a folder cannot be read, the clock jumps, the server is restored. */
    readonly mishap: number;
    readonly lie: number;
  };
}

/** The world of a seed. */
export function planWorld(seed: number, simulated: 2 | 3): WorldPlan {
  const dice = new Dice(seed, 'plan');
  const clients = dice.pick([1, 1, 2, 2, 2, 3]);
  const oddNames = dice.chance(0.15);
  const quiet = dice.chance(0.15);
  const level = quiet ? 0 : dice.pick([0.3, 1, 1, 2.5]);
  const kind = dice.pick(['feed', 'feed', 'etag-walk', 'listing'] as const);
  // The node has a change feed.
  const server = simulated === 3 ? 'feed' : kind;
  const some = (odds: number, likely = 0.6) => (dice.chance(likely) ? odds * level : 0);
  const alone = dice.chance(0.15);
  const crowd = dice.chance(0.04) ? 25 + dice.below(20) : 0;
  return {
    server,
    platforms: Array.from({ length: clients }, () =>
      oddNames || dice.chance(0.1) ? dice.pick(['linux', 'darwin', 'win32'] as const) : 'linux',
    ),
    oddNames,
    reusesIds: dice.chance(0.3),
    batchFileBytes: server === 'feed' && dice.chance(0.5) ? dice.pick([4, 8, 1000]) : undefined,
    trusting: dice.chance(0.5),
    deltaMinBytes: server === 'feed' && dice.chance(0.4) ? dice.pick([1, 10]) : undefined,
    watches: dice.chance(0.15),
    days: 1 + dice.below(3),
    alone,
    crowd,
    skew: dice.chance(0.3) ? 86_400_000 : 0,
    odds: {
      people: some(0.05, 0.8),
      kill: some(0.006),
      network: some(0.02),
      disk: some(0.01),
      mishap: some(0.008),
      lie: some(0.03, 0.25),
    },
  };
}
