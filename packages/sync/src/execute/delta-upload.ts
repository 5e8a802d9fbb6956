import { createHash } from 'node:crypto';
import { AppError, isAppError } from '@holdfast/base';
import type { ContentChunk, DeltaPiece } from '@holdfast/client';
import type { ExecuteContext } from './context.ts';
import { isListOf, matchChunks } from './match-chunks.ts';
import { isDamaged } from './note-damage.ts';
import { noteFailure, recordStored, type Sending } from './sending.ts';

/** When this much is new, and more than half of what was looked at, the whole is better sent: that can be resumed. */
const muchNew = 32 * 1024 * 1024;

/**
 * Sends what has changed in a large file. False where that cannot be done, or something is odd about it: then
 * nothing has changed on the server, or the guard of the whole upload shows it.
 * @throws AppError `target-changed`, and those which concern a whole upload as well.
 */
export async function uploadDelta(
  context: ExecuteContext,
  sending: Sending,
  intend: (sha: string) => void,
): Promise<boolean> {
  const { deltas } = context.remote;
  const { op, local, entry, path, guard } = sending;
  const there = op.item.remote;
  if (deltas === undefined || there === undefined || !('ifMatch' in guard) || guard.ifMatch === '') {
    return false;
  }
  // The last try has come out wrong.
  if (isDamaged(op.item)) return false;
  if (![there.size, entry.size].every((size) => size >= deltas.minBytes && size <= deltas.maxBytes)) {
    return false;
  }
  const { signal, folder } = context;
  try {
    const list = await context.lists.take(path, guard.ifMatch);
    if (!isListOf(list, there.size)) return false;
    const pieces = new Pieces(context, folder.read(entry), list, local.sha);
    const stored = await deltas.write(path, pieces.all(), {
      ifMatch: guard.ifMatch,
      size: entry.size,
      mtime: entry.mtime,
      executable: entry.executable,
      signal,
      digest: () => {
        // Before the last bytes go out: nobody can have seen the effect.
        intend(pieces.sha);
        return pieces.sha;
      },
    });
    await recordStored(context, sending, stored, pieces.sha);
    return true;
  } catch (error) {
    // A server that has kept a damaged version has no longer the one that the whole would replace.
    await noteFailure(context, sending, error);
    if (op.item.remote !== there) throw error;
    if (error instanceof TooDifferent || (isAppError(error) && isOdd(error))) return false;
    throw error;
  }
}

/** What a file is made of, with its hash once all was given out. */
class Pieces {
  readonly #context: ExecuteContext;
  readonly #bytes: AsyncIterable<Uint8Array>;
  readonly #list: readonly ContentChunk[];
  #sha: string | undefined;

  /** `sha`: where it is known already, the file is hashed in chunks only. */
  constructor(
    context: ExecuteContext,
    bytes: AsyncIterable<Uint8Array>,
    list: readonly ContentChunk[],
    sha: string | undefined,
  ) {
    this.#context = context;
    this.#bytes = bytes;
    this.#list = list;
    this.#sha = sha;
  }

  get sha(): string {
    if (this.#sha === undefined) throw new AppError('internal', { message: 'Not all was given out.' });
    return this.#sha;
  }

  async *all(): AsyncGenerator<DeltaPiece> {
    let fresh = 0;
    for await (const match of matchChunks(
      this.#sha === undefined ? this.#hashed() : this.#bytes,
      this.#list,
    )) {
      if (match.kind === 'listed') {
        yield { kind: 'copy', start: match.chunk.start, size: match.chunk.size };
        continue;
      }
      fresh += match.bytes.byteLength;
      if (fresh > muchNew && fresh > (match.at + match.bytes.byteLength) / 2) throw new TooDifferent();
      this.#context.onBytes('up', match.bytes.byteLength);
      yield { kind: 'bytes', bytes: match.bytes };
    }
  }

  async *#hashed(): AsyncGenerator<Uint8Array> {
    const whole = createHash('sha256');
    for await (const block of this.#bytes) {
      whole.update(block);
      yield block;
    }
    this.#sha = whole.digest('hex');
  }
}

/** Ends a delta that would save nothing. */
class TooDifferent extends Error {}

const odd = new Set<string>([
  'server-answer-odd',
  'upload-damaged',
  'not-supported',
  'bad-request',
  'body-too-large',
  'not-found',
  'forbidden',
]);

function isOdd({ code }: AppError): boolean {
  return odd.has(code);
}
