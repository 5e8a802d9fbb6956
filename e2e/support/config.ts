/** What the environment says about how the suites should run. Nothing else in e2e reads the environment. */
export interface E2eConfig {
  /** In CI a missing tool is a failure, elsewhere a skip that says which package brings it. */
  readonly ci: boolean;
  /** The big form: tens of thousands of files and one over 1 GiB. */
  readonly full: boolean;
  /** Multiplies the number of kills in the kill loops. */
  readonly killFactor: number;
  /** For how long each suite of random work goes on. */
  readonly minutes: number;
  /** Seed of everything random; printed when a test fails. */
  readonly seed: number;
}

/** Reads `CI`, `HOLDFAST_E2E_FULL`, `HOLDFAST_E2E_KILLS` (a factor), `HOLDFAST_E2E_MINUTES` and `HOLDFAST_E2E_SEED`. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): E2eConfig {
  return {
    ci: env.CI === 'true' || env.CI === '1',
    full: env.HOLDFAST_E2E_FULL === '1',
    killFactor: Number(env.HOLDFAST_E2E_KILLS ?? '1'),
    minutes: Number(env.HOLDFAST_E2E_MINUTES ?? '0.5'),
    seed: Number(env.HOLDFAST_E2E_SEED ?? '20261123'),
  };
}

/** The environment for a child: ours without what would reconfigure the product, and with `extra`. */
export function childEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'));
  return { ...Object.fromEntries(kept), ...extra };
}

/** The folders programs are looked for in, as the environment gives them. */
export function searchPath(): string {
  return process.env.PATH ?? '';
}
