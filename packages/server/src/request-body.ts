import type { IncomingMessage } from 'node:http';
import { AppError } from '@holdfast/base';
import type { FastifyRequest } from 'fastify';
import { sendContinue } from './send-continue.ts';

/** How a body is read. */
export interface BodyLimits {
  /** Bytes; more is `body-too-large`. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds without a byte; more is `request-timeout`. */
  readonly idleTimeoutMs: number;
}

/**
 * The bytes of a request as they come. Fails with AppError `body-cut-off` when the connection ends before the
 * body does, `body-too-large`, `request-timeout`. Stopping early leaves the connection usable for the answer.
 * Time in which nobody asks for the next bytes does not count as idle.
 */
export async function* bodyOf(request: FastifyRequest, limits: BodyLimits): AsyncGenerator<Buffer, void> {
  const raw = request.raw;
  const maxBytes = limits.maxBytes ?? Number.POSITIVE_INFINITY;
  if (declaredLength(raw) > maxBytes) throw new AppError('body-too-large', { maxBytes });
  // Asked for only now: whatever the handler has looked at first can still refuse it.
  sendContinue(raw);
  const pieces = new BodyPieces(raw, limits.idleTimeoutMs);
  let received = 0;
  try {
    for (;;) {
      const piece = pieces.take() ?? (await pieces.wait());
      if (piece === undefined) break;
      received += piece.length;
      if (received > maxBytes) throw new AppError('body-too-large', { maxBytes });
      yield piece;
    }
  } finally {
    pieces.end();
  }
  // A body that breaks off can look like one that ends; the parser knows.
  if (raw.complete === false) throw new AppError('body-cut-off');
}

/**
 * Reads a whole small body into memory.
 * @throws AppError as `bodyOf`.
 */
export async function readBody(
  request: FastifyRequest,
  limits: BodyLimits & { maxBytes: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyOf(request, limits)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Whether the request announces a body of at least one byte. */
export function hasBody(request: FastifyRequest): boolean {
  return declaredLength(request.raw) > 0 || request.raw.headers['transfer-encoding'] !== undefined;
}

function declaredLength(raw: IncomingMessage): number {
  return Number(raw.headers['content-length'] ?? 0);
}

/** Bytes that may lie ready before the sender is held back. */
const readyBytes = 128 * 1024;

/**
 * The pieces of a body as they come off the connection. Not the stream's own iterator: that one ends the
 * connection when it is left early, and the client would never see why.
 */
class BodyPieces {
  readonly #raw: IncomingMessage;
  readonly #idleTimeoutMs: number;
  readonly #ready: Buffer[] = [];
  #readySize = 0;
  #failure: AppError | undefined;
  #wake: (() => void) | undefined;

  constructor(raw: IncomingMessage, idleTimeoutMs: number) {
    this.#raw = raw;
    this.#idleTimeoutMs = idleTimeoutMs;
    raw.on('data', this.#arrived);
    raw.on('end', this.#changed);
    raw.on('error', this.#gone);
    raw.on('close', this.#gone);
    raw.on('timeout', this.#idle);
  }

  /** The next piece where one lies ready. */
  take(): Buffer | undefined {
    const piece = this.#ready.shift();
    this.#readySize -= piece?.length ?? 0;
    if (this.#readySize === 0 && this.#raw.isPaused()) this.#raw.resume();
    return piece;
  }

  /** Waits for the next piece; undefined at the end of the body. */
  async wait(): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.take();
      if (piece !== undefined || this.#raw.readableEnded) return piece;
      if (this.#raw.destroyed) throw this.#failure ?? new AppError('body-cut-off');
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  end(): void {
    this.#raw.off('data', this.#arrived);
    this.#raw.off('end', this.#changed);
    this.#raw.off('error', this.#gone);
    this.#raw.off('close', this.#gone);
    this.#raw.off('timeout', this.#idle);
  }

  readonly #arrived = (piece: Buffer) => {
    this.#ready.push(piece);
    this.#readySize += piece.length;
    if (this.#readySize >= readyBytes) this.#raw.pause();
    this.#wake?.();
  };

  readonly #changed = () => this.#wake?.();

  readonly #gone = (cause?: unknown) => {
    if (!this.#raw.readableEnded) this.#failure ??= new AppError('body-cut-off', {}, { cause });
    this.#wake?.();
  };

  readonly #idle = () => {
    if (this.#wake) {
      this.#failure = new AppError('request-timeout');
      this.#wake();
    } else {
      // The timer rests until the next byte once it has fired; while the store is the slow one, it is set again.
      this.#raw.socket.setTimeout(this.#idleTimeoutMs);
    }
  };
}
