import type { Actor } from '@holdfast/files';

/** The way to one listener. Nothing here fails: a channel that cannot send closes itself. */
export interface PushChannel {
  /** The listener wants to know the ids of what changed. */
  readonly wantsIds: boolean;
  /** Something that the listener may see has changed; `ids`: what, where it asked for them and they are few. */
  news(ids: readonly number[] | undefined): void;
  /** Shows that the connection is alive. */
  beat(): void;
  /** Ends the connection. Idempotent. */
  close(why: 'no longer allowed' | 'shutting down' | 'failed'): void;
}

/** Who listens, for as long as they may. */
export interface PushSession {
  readonly actor: Actor;
  /** Whether what they have signed in with is still good for reading. */
  stillGood(): Promise<boolean>;
}
