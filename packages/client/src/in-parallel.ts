/**
 * Does `work` for 0…`count`-1, in order, `parallel` at a time. After the first failure nothing new is begun and what
 * is under way is told to stop; rejects with that failure when all has come to rest.
 */
export async function inParallel(
  parallel: number,
  count: number,
  signal: AbortSignal | undefined,
  work: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (next < count && failure === undefined) {
      try {
        await work(next++, either);
      } catch (error) {
        failure ??= { error };
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, count)) }, worker));
  if (failure) throw failure.error;
}
