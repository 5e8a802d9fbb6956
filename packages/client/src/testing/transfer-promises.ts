import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { Remote, RemoteEntry } from '../remote.ts';
import type { BatchDownload, BatchTransfers, BatchUpload, DeltaPiece, DeltaTransfers } from '../transfers.ts';
import type { RemotePromise } from './remote-promise.ts';

const mtime = { s: 1_719_930_000, ns: 123_456_789 };

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function upload(path: TreePath, text: string, options: Partial<BatchUpload['options']> = {}): BatchUpload {
  const bytes = new TextEncoder().encode(text);
  const guard = options.ifMatch === undefined ? { ifAbsent: true as const } : {};
  return { path, bytes, options: { mtime, sha256: sha256(bytes), ...guard, ...options } };
}

function codeOf(result: RemoteEntry | BatchDownload | AppError | undefined): string {
  return result instanceof AppError ? result.code : 'done';
}

function entry(result: RemoteEntry | AppError | undefined): RemoteEntry {
  assert.ok(result !== undefined && !(result instanceof AppError), `it was written: ${codeOf(result)}`);
  return result;
}

async function readAll(
  batches: BatchTransfers,
  files: readonly { path: TreePath; ifMatch: string }[],
): Promise<(BatchDownload | AppError | undefined)[]> {
  const results: (BatchDownload | AppError | undefined)[] = files.map(() => undefined);
  for await (const { index, result } of batches.read(files)) {
    assert.equal(results[index], undefined, 'each file is told once');
    results[index] = result;
  }
  return results;
}

/** Bytes without a pattern, the same in every run. */
function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

async function put(remote: Remote, path: TreePath, bytes: Uint8Array): Promise<RemoteEntry> {
  const open = async function* () {
    yield bytes;
  };
  return await remote.write(
    path,
    { size: bytes.byteLength, open },
    { mtime, ifAbsent: true, sha256: sha256(bytes) },
  );
}

async function bytesAt(remote: Remote, path: TreePath): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await remote.read(path)).body) parts.push(part);
  return Buffer.concat(parts);
}

async function* each(pieces: readonly DeltaPiece[]): AsyncGenerator<DeltaPiece> {
  yield* pieces;
}

/** What makes `bytes` out of a version with these chunks. */
async function piecesFor(
  deltas: DeltaTransfers,
  path: TreePath,
  etag: string,
  bytes: Uint8Array,
): Promise<DeltaPiece[]> {
  const pieces: DeltaPiece[] = [];
  for (const { start, size, sha256: hash } of await deltas.chunks(path, etag)) {
    const part = bytes.subarray(start, start + size);
    if (part.byteLength > 0) {
      pieces.push(sha256(part) === hash ? { kind: 'copy', start, size } : { kind: 'bytes', bytes: part });
    }
  }
  return pieces;
}

/** What every `Remote` with batches keeps; the others have nothing to keep. */
export const batchContract: readonly RemotePromise[] = [
  {
    name: 'a batch writes files, with the results a single write gives, and reads them back',
    run: async ({ remote, read }) => {
      const { batches } = remote;
      if (!batches) return;
      await remote.mkdir('d');
      const texts = { a: 'one', 'd/ü': 'two', empty: '' };
      const files = Object.entries(texts).map(([path, text]) => upload(path, text));
      const written = await batches.write(files);
      for (const [index, { path }] of files.entries()) {
        const made = entry(written[index]);
        const there = await remote.stat(path);
        assert.deepEqual(
          { ...made, checksums: [], permissions: there?.permissions },
          { ...there, checksums: [] },
        );
        assert.equal(await read(path), texts[path as keyof typeof texts]);
      }
      const wanted = files.map(({ path }, index) => ({ path, ifMatch: entry(written[index]).etag }));
      const back = await readAll(batches, wanted);
      for (const [index, { bytes }] of files.entries()) {
        const result = back[index];
        assert.ok(result !== undefined && !(result instanceof AppError), codeOf(result));
        assert.deepEqual(Buffer.from(result.bytes), Buffer.from(bytes));
        assert.equal(result.etag, wanted[index]?.ifMatch);
        assert.equal(result.size, bytes.byteLength);
      }
      assert.deepEqual(await batches.write([]), []);
      assert.deepEqual(await readAll(batches, []), []);
    },
  },
  {
    name: 'R5 each file of a batch is refused on its own when its target is not as it was seen',
    run: async ({ remote, write, read, remove }) => {
      const { batches } = remote;
      if (!batches) return;
      const first = (await batches.write([upload('a', 'one'), upload('b', 'one'), upload('c', 'one')])).map(
        entry,
      );
      const etags = first.map(({ etag }) => etag);
      await write('b', 'from another client');
      await remove('c');
      const results = await batches.write([
        upload('a', 'two', { ifMatch: etags[0] ?? '' }),
        upload('b', 'mine', { ifMatch: etags[1] ?? '' }),
        upload('c', 'mine', { ifMatch: etags[2] ?? '' }),
        upload('a', 'mine'),
        upload('none/a', 'x'),
        upload('e', 'x', { sha256: sha256(new Uint8Array(1)) }),
        upload('f', 'x'),
        upload('f', 'again'),
      ]);
      const codes = results.map(codeOf);
      assert.deepEqual(codes.slice(0, 2), ['done', 'target-changed']);
      assert.ok(['target-changed', 'not-found'].includes(codes[2] ?? ''), codes[2]);
      assert.deepEqual(codes.slice(3, 5), ['target-changed', 'parent-missing']);
      assert.ok(['target-changed', 'upload-damaged'].includes(codes[5] ?? ''), codes[5]);
      assert.deepEqual(codes.slice(6), ['done', 'target-changed']);
      assert.equal(await read('b'), 'from another client');
      assert.equal(await read('f'), 'x');
      assert.equal(await read('e'), undefined);
      const reads = await readAll(batches, [
        { path: 'b', ifMatch: etags[1] ?? '' },
        { path: 'none', ifMatch: 'e' },
        { path: 'f', ifMatch: entry(results[6]).etag },
      ]);
      assert.deepEqual(reads.map(codeOf), ['target-changed', 'not-found', 'done']);
    },
  },
  {
    name: 'a batch that is too large is refused, and an aborted one does not go on',
    run: async ({ remote }) => {
      const { batches } = remote;
      if (!batches) return;
      const many = Array.from({ length: batches.maxFiles + 1 }, (_, i) => upload(`f${i}`, ''));
      await assert.rejects(batches.write(many), (error) => isAppError(error, 'body-too-large'));
      await assert.rejects(batches.write([upload('a', 'one')], AbortSignal.abort()));
    },
  },
];

/** What every `Remote` with deltas keeps; the others have nothing to keep. */
export const deltaContract: readonly RemotePromise[] = [
  {
    name: 'the chunks of a version cover it without gaps, and a delta makes the next one',
    run: async ({ remote }) => {
      const { deltas } = remote;
      if (!deltas) return;
      const before = noise(deltas.minBytes + 500_000, 1);
      const first = await put(remote, 'a', before);
      let at = 0;
      for (const { start, size, sha256: hash } of await deltas.chunks('a', first.etag)) {
        assert.equal(start, at);
        assert.equal(hash, sha256(before.subarray(start, start + size)));
        at += size;
      }
      assert.equal(at, before.byteLength);
      const after = Uint8Array.from(before);
      after.fill(7, 300_000, 300_100);
      const pieces = await piecesFor(deltas, 'a', first.etag, after);
      assert.ok(pieces.some(({ kind }) => kind === 'copy'));
      const later = { s: 1_800_000_000, ns: 5 };
      const sent: number[] = [];
      const second = await deltas.write('a', each(pieces), {
        ifMatch: first.etag,
        size: after.byteLength,
        digest: () => sha256(after),
        mtime: later,
        executable: true,
        onProgress: (bytes) => sent.push(bytes),
      });
      assert.equal(
        sent.reduce((a, b) => a + b, 0),
        after.byteLength,
      );
      const { proof = 'hash', ...made } = second;
      assert.equal(proof, 'hash');
      assert.deepEqual({ ...made, checksums: [] }, { ...(await remote.stat('a')), checksums: [] });
      assert.equal(second.id, first.id);
      assert.deepEqual(second.mtime, later);
      assert.deepEqual(await bytesAt(remote, 'a'), Buffer.from(after));
      const part = await remote.read('a', { ifMatch: second.etag, start: 299_990, end: 300_010 });
      const parts: Uint8Array[] = [];
      for await (const bytes of part.body) parts.push(bytes);
      assert.deepEqual(Buffer.concat(parts), Buffer.from(after.subarray(299_990, 300_010)));
    },
  },
  {
    name: 'R5 a delta of another version is refused',
    run: async ({ remote, write, read }) => {
      const { deltas } = remote;
      if (!deltas) return;
      const before = noise(deltas.minBytes, 2);
      const first = await put(remote, 'a', before);
      const pieces = await piecesFor(deltas, 'a', first.etag, before);
      await write('a', 'from another client');
      const options = { ifMatch: first.etag, size: before.byteLength, digest: () => sha256(before), mtime };
      await assert.rejects(deltas.write('a', each(pieces), options), (error) =>
        isAppError(error, 'target-changed'),
      );
      await assert.rejects(deltas.chunks('a', first.etag), (error) => isAppError(error, 'target-changed'));
      await assert.rejects(deltas.chunks('none', 'e'), (error) =>
        isAppError(error, 'target-changed', 'not-found'),
      );
      assert.equal(await read('a'), 'from another client');
    },
  },
  {
    name: 'R6 a delta that makes other bytes than were meant changes nothing',
    run: async ({ remote }) => {
      const { deltas } = remote;
      if (!deltas) return;
      const before = noise(deltas.minBytes, 3);
      const { etag } = await put(remote, 'a', before);
      const pieces = await piecesFor(deltas, 'a', etag, before);
      const options = { ifMatch: etag, size: before.byteLength, digest: () => sha256(before), mtime };
      const reversed = pieces.toReversed();
      await assert.rejects(deltas.write('a', each([...reversed]), options), (error) =>
        isAppError(error, 'upload-damaged'),
      );
      await assert.rejects(deltas.write('a', each(pieces.slice(1)), options), (error) =>
        isAppError(error, 'target-changed'),
      );
      const beyond: DeltaPiece[] = [{ kind: 'copy', start: before.byteLength, size: 10 }];
      await assert.rejects(deltas.write('a', each(beyond), { ...options, size: 10 }), (error) =>
        isAppError(error, 'upload-damaged'),
      );
      const broken = async function* (): AsyncGenerator<DeltaPiece> {
        yield* pieces.slice(0, 2);
        throw new AppError('local-unreadable');
      };
      await assert.rejects(deltas.write('a', broken(), options), (error) =>
        isAppError(error, 'local-unreadable'),
      );
      assert.deepEqual(await bytesAt(remote, 'a'), Buffer.from(before));
    },
  },
];
