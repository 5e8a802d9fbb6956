import { runSeeds, type Share } from './run-seeds.ts';

const share = JSON.parse(process.argv[2] ?? '') as Share;
await runSeeds(share, (count, failed) => process.send?.({ count, failed }));
process.disconnect?.();
