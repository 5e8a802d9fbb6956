import { readFileSync } from 'node:fs';
import type { Level } from './run-seed.ts';

/** A seed that has found a bug once, and is run for ever. */
export interface KeptSeed {
  readonly level: Level;
  readonly seed: number;
  /** What was wrong. */
  readonly note: string;
}

/** All of `seeds.json`. */
export function keptSeeds(): readonly KeptSeed[] {
  return JSON.parse(readFileSync(new URL('../seeds.json', import.meta.url), 'utf8')) as KeptSeed[];
}
