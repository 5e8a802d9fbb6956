import { once } from 'node:events';
import { registerHooks } from 'node:module';
import type { MutationResult } from './check-mutations.ts';
import type { Mutation } from './mutations.ts';

interface Task {
  readonly mutation: Mutation;
  readonly bound: number;
}

const [task] = (await once(process, 'message')) as [Task];
const { name, level, from, edits } = task.mutation;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const mine = edits.filter(({ file }) => url.endsWith(file));
    if (mine.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
    let source =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    for (const { find, replace } of mine) source = source.replace(find, () => replace);
    return { ...loaded, source };
  },
});

// Only now: everything that is loaded from here on goes through the hook.
const { Workshop } = await import('./run-seed.ts');
using shop = new Workshop();
let tried = 0;
for (let seed = from; seed < from + task.bound; seed += 1) {
  const [failure] = (await shop.runOnce(level, seed)).failures;
  tried += 1;
  if (failure === undefined) continue;
  process.send?.({ name, tried, found: { seed, failure } } satisfies MutationResult);
  // A seed that fails with the whole product as well says nothing.
  const [answer] = (await once(process, 'message')) as ['enough' | 'go on'];
  if (answer === 'enough') break;
}
process.disconnect();
