/** Lets work wait for work: each begins when all before it has ended, however that has ended. */
export function takeTurns(): {
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
} {
  let last: Promise<unknown> = Promise.resolve();
  return {
    alone: (work) => {
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    },
    idle: async () => {
      await last;
    },
  };
}
