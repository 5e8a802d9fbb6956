/** How many entries are written at a time: enough to make one query worth it, few enough to stay small. */
export const batchSize = 500;

/** A list in pieces of `batchSize`. */
export function* batchesOf<T>(items: readonly T[]): Generator<readonly T[], void> {
  for (let at = 0; at < items.length; at += batchSize) yield items.slice(at, at + batchSize);
}
