import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from './dice.ts';
import { EngineWorld, type ServerMaker } from './engine-world.ts';
import { memorySimServer } from './memory-sim-server.ts';
import { runModelSeed } from './model-seed.ts';
import { nodeSimServer } from './node-sim-server.ts';
import type { SeedOptions, SeedResult } from './seed.ts';
import { planWorld } from './world-plan.ts';

/** How much of the product is simulated: the planner, the engine, or all of it. */
export type Level = 1 | 2 | 3;

/** Where worlds keep their journals: in memory, where the system has such a place. */
export class Workshop implements Disposable {
  readonly #dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-sim-'));
  #count = 0;

  /** Runs a seed once. */
  async runOnce(level: Level, seed: number, options: SeedOptions = {}): Promise<SeedResult> {
    if (level === 1) return runModelSeed(seed, options);
    this.#count += 1;
    const dir = join(this.#dir, String(this.#count));
    mkdirSync(dir);
    try {
      const make: ServerMaker =
        level === 2 ? memorySimServer : (scheduler) => nodeSimServer(scheduler, dir, new Dice(seed, 'node'));
      const world = await EngineWorld.make(seed, { ...options, dir }, make, planWorld(seed, level));
      return await world.run();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  /** Runs a seed twice: both have to go the same way (R9). */
  async runTwice(level: Level, seed: number, options: SeedOptions = {}): Promise<SeedResult> {
    const first = await this.runOnce(level, seed, options);
    const second = await this.runOnce(level, seed, options);
    if (first.hash === second.hash) return first;
    return {
      ...first,
      failures: [...first.failures, `R9 two runs differ: ${first.hash} and ${second.hash}`],
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
