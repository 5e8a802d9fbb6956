import { Readable } from 'node:stream';
import { multistatusClose, multistatusOpen } from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';

const contentType = 'application/xml; charset=utf-8';
const closing = Buffer.from(multistatusClose);

/** Answers 207 with one body made of ready-made `response` elements; `more` are some that are bytes already. */
export function sendMultistatus(reply: FastifyReply, responses: string, more?: Buffer): FastifyReply {
  const body =
    more === undefined
      ? Buffer.from(multistatusOpen + responses + multistatusClose)
      : Buffer.concat([Buffer.from(multistatusOpen + responses), more, closing]);
  return reply.code(207).header('content-type', contentType).send(body);
}

/**
 * Answers 207 piece by piece, so that a huge answer is never in memory at once. The first piece is made before the
 * status goes out: an error in it is still an ordinary answer. A later error cuts the answer off.
 */
export async function streamMultistatus(
  reply: FastifyReply,
  pieces: AsyncGenerator<string, void>,
): Promise<FastifyReply> {
  const first = await pieces.next();
  if (first.done) return sendMultistatus(reply, '');
  async function* body(start: string): AsyncGenerator<Buffer, void> {
    yield Buffer.from(multistatusOpen + start);
    for await (const piece of pieces) yield Buffer.from(piece);
    yield Buffer.from(multistatusClose);
  }
  return reply
    .code(207)
    .header('content-type', contentType)
    .send(Readable.from(body(first.value), { objectMode: false, highWaterMark: 64 * 1024 }));
}
