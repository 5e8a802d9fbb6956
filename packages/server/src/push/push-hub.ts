import { AppError, type Clock, isAppError, type Logger } from '@holdfast/base';
import type { Files } from '@holdfast/files';
import type { Identity } from '@holdfast/identity';
import { Doorbell } from './doorbell.ts';
import type { PushChannel, PushSession } from './push-channel.ts';

/** What a hub stands on. */
export interface PushHubParts {
  readonly files: Pick<Files, 'changes' | 'onChange' | 'syncToken'>;
  readonly identity: Pick<Identity, 'onChange'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: { readonly listenersPerAccount: number; readonly heartbeatMs: number };
}

/** Beyond so many changed nodes their ids are not told one by one. */
const mostIds = 100;

interface Listener {
  readonly session: PushSession;
  readonly channel: PushChannel;
  readonly bell: Doorbell;
  /** Something has changed that was not told yet. */
  news: boolean;
  closed: boolean;
  /** Up to where changes were told, where the listener's view of the tree has to be asked for them. */
  token: string | undefined;
}

/**
 * All who listen for changes. Tells each of what it may see, and of nothing else; shows them that the connection
 * lives; ends those who may not listen any more. Nothing is polled: the tree and identity say when to look.
 */
export class PushHub implements Disposable {
  readonly #parts: PushHubParts;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #sources: Disposable[];
  #closed = false;

  constructor(parts: PushHubParts) {
    this.#parts = parts;
    this.#sources = [
      parts.files.onChange((userId) => {
        for (const listener of this.#listeners.get(userId) ?? []) {
          listener.news = true;
          listener.bell.ring();
        }
      }),
      parts.identity.onChange(() => {
        for (const listener of this.#all()) listener.bell.ring();
      }),
    ];
  }

  /**
   * Tells a channel of changes from now on, until `gone` aborts or the session ends. The returned promise never
   * rejects and resolves when nothing is told any more.
   * @throws AppError `too-many-requests` when the account has as many as it may have; `unavailable` at the end.
   */
  async listen(
    session: PushSession,
    channel: PushChannel,
    gone: AbortSignal,
  ): Promise<{ ended: Promise<void> }> {
    const { userId } = session.actor;
    const own = this.#listeners.get(userId) ?? new Set();
    if (this.#closed) throw new AppError('unavailable', { retryAfterSeconds: 5 });
    if (own.size >= this.#parts.limits.listenersPerAccount) {
      throw new AppError('too-many-requests', {
        retryAfterSeconds: 60,
        message: 'Too many connections of this account listen for changes already.',
      });
    }
    const bell = new Doorbell(this.#parts.clock);
    const listener: Listener = { session, channel, bell, news: false, closed: false, token: undefined };
    this.#listeners.set(userId, own.add(listener));
    const leave = () => this.#remove(listener);
    try {
      if (session.actor.within !== undefined) {
        listener.token = await this.#parts.files.syncToken(session.actor);
      }
    } catch (error) {
      leave();
      throw error;
    }
    if (gone.aborted) leave();
    gone.addEventListener('abort', leave, { once: true });
    return {
      ended: this.#serve(listener).finally(() => {
        gone.removeEventListener('abort', leave);
        leave();
      }),
    };
  }

  /** Ends all connections. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const source of this.#sources) source[Symbol.dispose]();
    for (const listener of [...this.#all()]) {
      listener.channel.close('shutting down');
      this.#remove(listener);
    }
  }

  async #serve(listener: Listener): Promise<void> {
    const { session, channel, bell } = listener;
    const { clock, limits, logger } = this.#parts;
    let nextBeat = clock.monotonic() + limits.heartbeatMs;
    try {
      while (!listener.closed) {
        await bell.wait(nextBeat - clock.monotonic());
        if (listener.closed) return;
        if (!(await session.stillGood())) {
          channel.close('no longer allowed');
          return;
        }
        if (listener.news) {
          listener.news = false;
          await this.#tell(listener);
        }
        if (clock.monotonic() >= nextBeat) {
          channel.beat();
          nextBeat = clock.monotonic() + limits.heartbeatMs;
        }
      }
    } catch (error) {
      logger.warn('a listener was dropped', { user: session.actor.userId, error });
      channel.close('failed');
    }
  }

  /** What the whole tree may be seen of needs no question; otherwise the change feed says what shows. */
  async #tell(listener: Listener): Promise<void> {
    const { session, channel } = listener;
    if (session.actor.within === undefined && !channel.wantsIds) {
      channel.news(undefined);
      return;
    }
    const ids = await this.#changedIds(listener);
    if (ids === 'many') channel.news(undefined);
    else if (ids.length > 0) channel.news(channel.wantsIds ? ids : undefined);
  }

  async #changedIds(listener: Listener): Promise<readonly number[] | 'many'> {
    const { files } = this.#parts;
    const { actor } = listener.session;
    const since = listener.token;
    if (since === undefined) {
      listener.token = await files.syncToken(actor);
      return 'many';
    }
    try {
      const page = await files.changes(actor, '', { since, limit: mostIds, depth: 'infinity' });
      // What changes in between is told now as well: whoever hears the news looks later than this.
      listener.token = page.truncated ? await files.syncToken(actor) : page.token;
      if (page.truncated) return 'many';
      return page.changes.map((change) => (change.type === 'present' ? change.node.id : change.id));
    } catch (error) {
      // Nothing is left of what a limited token may see.
      if (isAppError(error, 'not-found')) return [];
      throw error;
    }
  }

  *#all(): Generator<Listener> {
    for (const own of this.#listeners.values()) yield* own;
  }

  #remove(listener: Listener): void {
    listener.closed = true;
    listener.bell.ring();
    const { userId } = listener.session.actor;
    const own = this.#listeners.get(userId);
    own?.delete(listener);
    if (own?.size === 0) this.#listeners.delete(userId);
  }
}
