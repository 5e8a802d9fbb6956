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
  const wait = new BodyWait(raw, limits.idleTimeoutMs);
  let received = 0;
  try {
    for (;;) {
      const chunk = raw.read() as Buffer | null;
      if (chunk !== null) {
        received += chunk.length;
        if (received > maxBytes) throw new AppError('body-too-large', { maxBytes });
        yield chunk;
      } else if (raw.readableEnded) {
        break;
      } else {
        await wait.forMore();
      }
    }
  } finally {
    wait.end();
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

/**
 * Waits for a request to have more to read. Not the stream's own iterator: that one ends the connection when it
 * is left early, and the client would never see why.
 */
class BodyWait {
  readonly #raw: IncomingMessage;
  readonly #idleTimeoutMs: number;
  #pending: { resolve: () => void; reject: (error: AppError) => void } | undefined;

  constructor(raw: IncomingMessage, idleTimeoutMs: number) {
    this.#raw = raw;
    this.#idleTimeoutMs = idleTimeoutMs;
    raw.on('readable', this.#more);
    raw.on('end', this.#more);
    raw.on('error', this.#gone);
    raw.on('close', this.#gone);
    raw.on('timeout', this.#idle);
  }

  async forMore(): Promise<void> {
    if (this.#raw.destroyed) throw new AppError('body-cut-off');
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { resolve, reject };
      });
    } finally {
      this.#pending = undefined;
    }
  }

  end(): void {
    this.#raw.off('readable', this.#more);
    this.#raw.off('end', this.#more);
    this.#raw.off('error', this.#gone);
    this.#raw.off('close', this.#gone);
    this.#raw.off('timeout', this.#idle);
  }

  readonly #more = () => this.#pending?.resolve();

  readonly #gone = (cause?: unknown) => {
    if (this.#raw.readableEnded) this.#pending?.resolve();
    else this.#pending?.reject(new AppError('body-cut-off', {}, { cause }));
  };

  readonly #idle = () => {
    if (this.#pending) this.#pending.reject(new AppError('request-timeout'));
    // The timer rests until the next byte once it has fired; while the store is the slow one, it is set again.
    else this.#raw.socket.setTimeout(this.#idleTimeoutMs);
  };
}
