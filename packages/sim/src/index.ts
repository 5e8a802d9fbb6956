export { type Level, Workshop } from './run-seed.ts';
export type { SeedOptions, SeedResult } from './seed.ts';
