import { type Clock, isAppError } from '@holdfast/base';
import type { WebSocket } from 'ws';
import type { PushChannel, PushSession } from './push-channel.ts';

/** How long a client may take to say who it is, in milliseconds. */
const signInMs = 15_000;
/** A client that has so many bytes unread is given up. */
const mostUnread = 64 * 1024;

/** Close codes (RFC 6455 §7.4.1). */
const codes = { 'shutting down': 1001, 'no longer allowed': 1008, failed: 1011 } as const;

/** What a connection needs from outside. */
export interface NotifyPushParts {
  readonly clock: Clock;
  /** @throws AppError when name and secret are wrong, or do not allow reading. */
  signIn(name: string, secret: string): Promise<PushSession>;
  listen(session: PushSession, channel: PushChannel, gone: AbortSignal): Promise<{ ended: Promise<void> }>;
}

/** One client of the notify_push protocol: name and secret in the first two frames, then news as text frames. */
export class NotifyPushConnection implements PushChannel {
  readonly #socket: WebSocket;
  readonly #parts: NotifyPushParts;
  readonly #gone = new AbortController();
  /** It is known who it is, or that nobody will say so any more. */
  readonly #known = new AbortController();
  #name: string | undefined;
  #signingIn = false;
  #signedIn = false;
  #wantsIds = false;
  /** A ping was sent and not answered. */
  #unanswered = false;

  constructor(socket: WebSocket, parts: NotifyPushParts) {
    this.#socket = socket;
    this.#parts = parts;
    socket.on('close', () => {
      this.#gone.abort();
      this.#known.abort();
    });
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      this.#unanswered = false;
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003);
      else this.#hear(data.toString());
    });
  }

  /** Resolves when the client has signed in or is gone; ends the connection when that takes too long. */
  async awaitSignIn(): Promise<void> {
    try {
      await this.#parts.clock.sleep(signInMs, this.#known.signal);
    } catch {
      return;
    }
    this.#refuse('Authentication timeout');
  }

  get wantsIds(): boolean {
    return this.#wantsIds;
  }

  news(ids: readonly number[] | undefined): void {
    // Whoever has just signed in looks anyway.
    if (!this.#signedIn) return;
    this.#send(ids === undefined ? 'notify_file' : `notify_file_id ${JSON.stringify(ids)}`);
  }

  beat(): void {
    if (this.#unanswered) this.#socket.terminate();
    else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#unanswered = true;
      this.#socket.ping();
    }
  }

  close(why: keyof typeof codes): void {
    this.#socket.close(codes[why]);
  }

  #hear(text: string): void {
    if (this.#name === undefined) {
      this.#name = text;
    } else if (!this.#signingIn) {
      this.#signingIn = true;
      this.#begin(this.#name, text).catch(() => this.close('failed'));
    } else if (text === 'listen notify_file_id') {
      this.#wantsIds = true;
    }
  }

  async #begin(name: string, secret: string): Promise<void> {
    try {
      const session = await this.#parts.signIn(name, secret);
      await this.#parts.listen(session, this, this.#gone.signal);
    } catch (error) {
      const many = isAppError(error, 'too-many-requests');
      this.#refuse(many ? 'Too many attempts or connections' : 'Invalid credentials');
      return;
    } finally {
      this.#known.abort();
    }
    this.#signedIn = true;
    this.#send('authenticated');
  }

  #refuse(reason: string): void {
    this.#send(`err: ${reason}`);
    this.#socket.close(1008);
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > mostUnread) this.#socket.terminate();
    else this.#socket.send(text);
  }
}
