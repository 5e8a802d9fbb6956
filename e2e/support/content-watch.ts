import { Worker } from 'node:worker_threads';

/** Watches folders from a thread of its own and remembers every content that could be seen in them. */
export interface ContentWatch extends AsyncDisposable {
  /** SHA-256 of every content that was ever seen → where first. Ends the watch. */
  finish(): Promise<ReadonlyMap<string, string>>;
}

/** Reads all files below `roots` over and over; names that begin with `ignorePrefix` are passed over. */
export function watchContents(roots: readonly string[], ignorePrefix: string): ContentWatch {
  const worker = new Worker(new URL('./content-watch-thread.ts', import.meta.url), {
    workerData: { roots, ignorePrefix },
  });
  return {
    finish: async () => {
      const answer = new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      worker.postMessage('finish');
      return await answer;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
