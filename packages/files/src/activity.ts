import type { Clock } from '@holdfast/base';
import type { Files } from './files.ts';

/** Without a call for so long, in milliseconds, the tree counts as quiet. */
const quietMs = 100;

/** Whether somebody is moving bytes, or has just done so. */
export class Activity {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts as activity until disposed of. */
  begin(): Disposable {
    this.#running++;
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (ended) return;
        ended = true;
        this.#running--;
        this.#last = this.#clock.monotonic();
        if (this.#running === 0) this.#wake();
      },
    };
  }

  get quiet(): boolean {
    return this.#running === 0 && this.#clock.monotonic() - this.#last >= quietMs;
  }

  /** Resolves when it is quiet; rejects with the signal's reason. */
  async untilQuiet(signal: AbortSignal): Promise<void> {
    while (!this.quiet) {
      signal.throwIfAborted();
      if (this.#running === 0) await this.#clock.sleep(quietMs, signal);
      else await this.#untilDone(signal);
    }
  }

  async #untilDone(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

/** The same tree; what costs time on it counts as activity, reading a body to its end included. */
export function countActivity(files: Files, activity: Activity): Files {
  const { uploads } = files;
  const counted =
    <A extends readonly unknown[], T>(call: (...values: A) => Promise<T>) =>
    async (...values: A): Promise<T> => {
      using _running = activity.begin();
      return await call(...values);
    };
  return {
    ...files,
    list: counted(files.list),
    changes: counted(files.changes),
    write: counted(files.write),
    writeBatch: counted(files.writeBatch),
    writeDelta: counted(files.writeDelta),
    read: async (...values) => {
      const running = activity.begin();
      try {
        const opened = await files.read(...values);
        if (Buffer.isBuffer(opened.body)) running[Symbol.dispose]();
        else opened.body.once('close', () => running[Symbol.dispose]());
        return opened;
      } catch (error) {
        running[Symbol.dispose]();
        throw error;
      }
    },
    uploads: {
      ...uploads,
      putChunk: counted(uploads.putChunk),
      append: counted(uploads.append),
      finish: counted(uploads.finish),
    },
  };
}
