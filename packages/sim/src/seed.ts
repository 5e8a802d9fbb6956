/** How one seed is run. */
export interface SeedOptions {
  /** Keep every line of the trace. */
  readonly trace?: boolean;
  /** Numbers of events (what people do, faults) that do not happen: for finding the fewest that still fail. */
  readonly skip?: ReadonlySet<number>;
}

/** What one run of one seed has shown. */
export interface SeedResult {
  /** Over everything that has happened, and the trees at the end. */
  readonly hash: string;
  /** How many events there were. */
  readonly events: number;
  readonly steps: number;
  /** Which promises did not hold, and how. */
  readonly failures: readonly string[];
  readonly lines: readonly string[] | undefined;
}
