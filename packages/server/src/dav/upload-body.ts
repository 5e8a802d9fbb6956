import { createHash, type Hash } from 'node:crypto';
import type { TreeNode } from '@holdfast/files';
import type { FastifyReply } from 'fastify';
import { bodyOf } from '../request-body.ts';
import { type DavCaller, headerOf } from './dav-call.ts';

/** The bytes that a PUT sends, within the limits of the server. */
export function uploadBody({ request, parts }: DavCaller): AsyncGenerator<Buffer, void> {
  const { limits } = parts.settings;
  return bodyOf(request, { maxBytes: limits.maxUploadBytes, idleTimeoutMs: limits.bodyIdleTimeoutMs });
}

/** The hashes that `X-Hash: md5|sha1|sha256|all` asks for, taken while the body passes. */
export interface AskedHashes {
  readonly body: AsyncIterable<Uint8Array>;
  /** Puts `X-Hash-…` on the answer; SHA-256 is what the store itself has found. */
  setHeaders(reply: FastifyReply, node: TreeNode): void;
}

/** Watches `body` for the hashes that the request asks for. */
export function withAskedHashes(caller: DavCaller, body: AsyncIterable<Uint8Array>): AskedHashes {
  const asked = headerOf(caller.request, 'x-hash')?.trim().toLowerCase();
  const kinds = asked === 'all' ? ['md5', 'sha1'] : asked === 'md5' || asked === 'sha1' ? [asked] : [];
  const hashes = kinds.map((kind): [string, Hash] => [kind, createHash(kind)]);
  const wantsSha256 = asked === 'all' || asked === 'sha256';
  return {
    body: hashes.length === 0 ? body : watch(body, hashes),
    setHeaders(reply, node) {
      for (const [kind, hash] of hashes) reply.header(`x-hash-${kind}`, hash.digest('hex'));
      const sha256 = wantsSha256 && node.checksums.find((checksum) => checksum.kind === 'SHA256');
      if (sha256) reply.header('x-hash-sha256', sha256.hex);
    },
  };
}

async function* watch(
  body: AsyncIterable<Uint8Array>,
  hashes: readonly [string, Hash][],
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of body) {
    for (const [, hash] of hashes) hash.update(chunk);
    yield chunk;
  }
}
