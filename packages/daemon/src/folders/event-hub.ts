import type { FolderEvent } from '@holdfast/protocol';

/** Events that a slow reader may be behind, besides the latest of each folder. */
const mostWaiting = 1000;

/** Passes events on to any number of readers, and waits for none of them. */
export class EventHub {
  readonly #readers = new Set<EventReader>();

  /** Whether anybody reads. */
  get read(): boolean {
    return this.#readers.size > 0;
  }

  publish(event: FolderEvent): void {
    for (const reader of this.#readers) reader.put(event);
  }

  /** A reader of everything that is published from now on. Disposing of it ends it. */
  open(now: () => number): EventReader {
    const reader = new EventReader(now, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }
}

/** One reader: of what it has not taken yet, it keeps the latest of each kind, and a limited number of the rest. */
export class EventReader implements Disposable {
  readonly #now: () => number;
  readonly #onEnd: () => void;
  /** In the order in which they came; what replaces an earlier event takes its place. */
  readonly #waiting = new Map<string | symbol, FolderEvent>();
  #lost = 0;
  #bell = Promise.withResolvers<void>();

  constructor(now: () => number, onEnd: () => void) {
    this.#now = now;
    this.#onEnd = onEnd;
  }

  put(event: FolderEvent): void {
    const key = keyOf(event);
    if (typeof key === 'symbol' && this.#waiting.size >= mostWaiting) {
      this.#lost += 1;
      return;
    }
    this.#waiting.set(key, event);
    this.#bell.resolve();
  }

  /** The next event; rejects with the signal's reason when it aborts first. */
  async next(signal: AbortSignal): Promise<FolderEvent> {
    for (;;) {
      signal.throwIfAborted();
      const event = this.#take();
      if (event !== undefined) return event;
      this.#bell = Promise.withResolvers();
      await untilRung(this.#bell.promise, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#onEnd();
  }

  #take(): FolderEvent | undefined {
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key);
      return event;
    }
    if (this.#lost === 0) return undefined;
    const count = this.#lost;
    this.#lost = 0;
    return { type: 'lost', at: this.#now(), count };
  }
}

/** What says the same as a later event of its kind; a symbol for what says something of its own. */
function keyOf(event: FolderEvent): string | symbol {
  if (event.type === 'folder') return `folder ${event.status.id}`;
  if (event.type === 'settings') return 'settings';
  if (event.type === 'transfer') return `transfer ${event.folder}`;
  return Symbol(event.type);
}

async function untilRung(bell: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([bell, aborted]);
  signal.removeEventListener('abort', stop);
}
