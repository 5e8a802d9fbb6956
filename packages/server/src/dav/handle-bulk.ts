import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { WriteOptions } from '@holdfast/files';
import { type Checksum, parseChecksums, parseEtagList, parseMtime, ruleOf } from '@holdfast/protocol';
import { bodyOf } from '../request-body.ts';
import { type DavCaller, headerOf } from './dav-call.ts';
import { formatFileId } from './live-properties.ts';
import { boundaryOf, type Part, parseMultipart } from './parse-multipart.ts';
import { lettersFor } from './property-view.ts';

const limits = { maxParts: 1_000, maxHeaderBytes: 16 * 1024, maxPartBytes: 1024 ** 3 };

/** Parts up to this size are taken into memory and stored at the same time, so that they share commits. */
const smallPart = 1024 * 1024;
const atOnce = 16;

type Result = Readonly<Record<string, string | boolean>>;

/**
 * POST of many files at once. Each part succeeds or fails on its own; broken framing ends the rest with 400, and
 * the answer still says what became of those before. A part replaces a file only with an `If-Match` of its own.
 */
export async function handleBulk(caller: DavCaller): Promise<unknown> {
  const { request, reply, parts } = caller;
  const boundary = boundaryOf(headerOf(request, 'content-type'));
  const source = bodyOf(request, {
    maxBytes: parts.settings.limits.maxUploadBytes,
    idleTimeoutMs: parts.settings.limits.bodyIdleTimeoutMs,
  });
  const letters = await lettersFor(caller);
  const results = new Map<string, Result>();
  const running = new Set<Promise<void>>();
  let broken: AppError | undefined;
  let fault: unknown;

  const store = async (name: string, part: Part, body: AsyncIterable<Uint8Array>) => {
    try {
      const { node } = await parts.files.write(caller.actor, pathOf(name), body, optionsOf(part));
      const id = formatFileId(node.id, parts.files.identity.instanceId);
      results.set(name, {
        error: false,
        etag: node.etag,
        'OC-ETag': node.etag,
        fileid: id,
        'OC-FileID': id,
        permissions: letters(node),
        'X-OC-MTime': 'accepted',
      });
    } catch (error) {
      // Nothing waits for a part before the next one is read: what is nobody's doing but ours is kept for the end.
      if (!isAppError(error) || error.code === 'internal') fault ??= error;
      const message = isAppError(error) ? error.details.message : undefined;
      const { text } = ruleOf(isAppError(error) ? error.code : 'internal');
      results.set(name, { error: true, message: message ?? text });
    }
  };

  try {
    for await (const part of parseMultipart(source, boundary, limits)) {
      const name = part.headers.get('x-file-path');
      if (name === undefined) throw new AppError('bad-request', { message: 'A part has no X-File-Path.' });
      if (part.length > smallPart) {
        await Promise.all(running);
        await store(name, part, part.body);
        continue;
      }
      const bytes = await collect(part.body);
      if (running.size >= atOnce) await Promise.race(running);
      const task: Promise<void> = store(name, part, bytes).finally(() => running.delete(task));
      running.add(task);
    }
  } catch (error) {
    if (!isAppError(error, 'bad-request', 'body-cut-off', 'body-too-large')) throw error;
    broken = error;
  } finally {
    await Promise.all(running);
  }
  if (fault !== undefined) throw fault;
  if (broken && results.size === 0) throw broken;
  return reply
    .code(broken ? ruleOf(broken.code).status : 200)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(Object.fromEntries(results)));
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  // Pieces point into the buffers of the connection, which are not used again: no copy is needed.
  for await (const chunk of body) chunks.push(chunk);
  return {
    async *[Symbol.asyncIterator]() {
      yield* chunks;
    },
  };
}

/** The file's place in the caller's tree; the header is not percent-encoded. */
function pathOf(header: string): TreePath {
  const names = header.split('/').filter((name) => name !== '');
  if (names.length === 0 || names.some((name) => name === '.' || name === '..' || name.includes('\0'))) {
    throw new AppError('bad-path');
  }
  return names.join('/');
}

function optionsOf({ headers, length }: Part): WriteOptions {
  const match = headers.get('if-match');
  const time = headers.get('x-file-mtime') ?? headers.get('x-oc-mtime');
  const mtime = time === undefined ? undefined : parseMtime(time);
  if (time !== undefined && !mtime) throw malformed('X-File-Mtime');
  return {
    size: length,
    checksums: checksumsOf(headers),
    ...(mtime ? { mtime } : {}),
    ...(match === undefined ? { ifNoneMatch: '*' } : { ifMatch: parseEtagList(match, 'strong') }),
  };
}

/** `OC-Checksum` wins over `X-File-MD5`. */
function checksumsOf(headers: ReadonlyMap<string, string>): readonly Checksum[] {
  const named = headers.get('oc-checksum');
  const md5 = headers.get('x-file-md5');
  const text = named ?? (md5 === undefined ? undefined : `MD5:${md5}`);
  if (text === undefined) return [];
  const checksums = parseChecksums(text);
  if (!checksums) throw malformed('OC-Checksum');
  return checksums;
}

function malformed(header: string): AppError {
  return new AppError('bad-value', { message: `The header ${header} is malformed.` });
}
