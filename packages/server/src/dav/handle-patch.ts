import { AppError } from '@holdfast/base';
import type { DeltaPiece } from '@holdfast/files';
import { DeltaParser, deltaMediaType } from '@holdfast/protocol';
import { type DavHandler, headerOf } from './dav-call.ts';
import { lookBeforeBody } from './look-before-body.ts';
import { setWrittenHeaders } from './node-headers.ts';
import { uploadBody } from './upload-body.ts';
import { writeOptionsOf } from './upload-headers.ts';

/**
 * PATCH (RFC 5789) of a file by a delta (docs/formats/transfers.md): a new version out of parts of the one that
 * `If-Match` names, and new bytes. The headers are those of PUT; 204 once it is durable.
 */
export const handlePatch: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path } = call;
  const type = headerOf(request, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== deltaMediaType) {
    reply.header('accept-patch', deltaMediaType);
    throw new AppError('media-type-unsupported');
  }
  const { checksums, createParents, ...options } = writeOptionsOf(request, principal.userId, path);
  const { ifMatch, size } = options;
  const [base, ...others] = Array.isArray(ifMatch) ? (ifMatch as readonly string[]) : [];
  if (base === undefined || others.length > 0 || size === undefined || checksums || createParents) {
    throw new AppError('bad-request', {
      message: 'A delta needs If-Match with one etag, and OC-Total-Length.',
    });
  }
  const { maxUploadBytes } = parts.settings.limits;
  if (maxUploadBytes !== undefined && size > maxUploadBytes) throw new AppError('body-too-large');
  await lookBeforeBody(call, options);
  const delta = new Delta(uploadBody(call));
  const { node } = await parts.files.writeDelta(actor, path, delta.pieces(), {
    ...options,
    ifMatch: [base],
    size,
    digest: () => delta.sha256(),
  });
  await setWrittenHeaders(call, node);
  const sha256 = node.checksums.find((checksum) => checksum.kind === 'SHA256');
  if (sha256) reply.header('x-hash-sha256', sha256.hex);
  if (options.mtime) reply.header('x-oc-mtime', 'accepted');
  return reply.code(204).send();
};

/** A delta as it comes in: the pieces, and behind them the hash of the whole. */
class Delta {
  readonly #body: AsyncIterable<Uint8Array>;
  #sha256: string | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *pieces(): AsyncGenerator<DeltaPiece, void> {
    const parser = new DeltaParser();
    for await (const bytes of this.#body) {
      for (const instruction of parser.push(bytes)) {
        if (instruction.kind === 'end') this.#sha256 = instruction.sha256;
        else yield instruction;
      }
    }
    parser.finish();
  }

  sha256(): string {
    if (this.#sha256 === undefined) throw new AppError('body-cut-off');
    return this.#sha256;
  }
}
