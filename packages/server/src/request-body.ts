import type { IncomingMessage } from 'node:http';
import { AppError } from '@holdfast/base';
import type { FastifyRequest } from 'fastify';

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
  if (declaredLength(raw) > maxBytes) throw tooLarge(maxBytes);
  let waiting = false;
  let fail: ((error: AppError) => void) | undefined;
  const timedOut = () => {
    if (waiting) fail?.(new AppError('request-timeout'));
    // A timer that has fired rests until the next byte; while the store is the slow one, it has to be set again.
    else raw.socket.setTimeout(limits.idleTimeoutMs);
  };
  raw.socket.setTimeout(limits.idleTimeoutMs);
  raw.on('timeout', timedOut);
  const source = raw.iterator({ destroyOnReturn: false });
  let received = 0;
  try {
    for (;;) {
      waiting = true;
      const stalled = new Promise<never>((_, reject) => {
        fail = reject;
      });
      const next = await Promise.race([source.next(), stalled]);
      waiting = false;
      if (next.done) break;
      const chunk = next.value as Buffer;
      received += chunk.length;
      if (received > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('body-cut-off', {}, { cause: error });
  } finally {
    raw.off('timeout', timedOut);
  }
  // A body that ends early can look like one that ends well; the parser knows.
  if (!raw.complete) throw new AppError('body-cut-off');
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

function tooLarge(maxBytes: number): AppError {
  return new AppError('body-too-large', { maxBytes });
}
