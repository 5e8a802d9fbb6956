import { createHash, hash } from 'node:crypto';
import { isAppError } from '@holdfast/base';
import type { BlobId, BlobStore } from '@holdfast/blobs';
import { type Query, rows } from '@holdfast/db';
import { isOneBlob, openPieces, type Piece } from '../pieces.ts';
import type { FindingKind } from './finding.ts';

/** A finding about content before repair. */
export interface ContentFinding {
  readonly kind: FindingKind;
  readonly contentId: number | undefined;
  readonly text: string;
}

/** What reading all content has shown. */
export interface ContentResult {
  readonly findings: readonly ContentFinding[];
  /** Contents marked as damaged that are whole again. */
  readonly healed: readonly number[];
  readonly contents: number;
  readonly blobs: number;
  readonly bytes: number;
}

interface ContentRow {
  readonly id: number;
  readonly size: number;
  readonly sha256: string;
  readonly checksums: string;
  readonly damaged: number;
  readonly inline: Uint8Array | null;
}

interface Scan {
  readonly blobs: BlobStore;
  readonly signal: AbortSignal | undefined;
  /** Blobs read in this check: undefined when whole, otherwise what is wrong. */
  readonly read: Map<BlobId, string | undefined>;
  bytes: number;
}

/** Reads every byte that any file or upload consists of, and compares it with what it ought to be. */
export async function checkContents(
  query: Query,
  blobs: BlobStore,
  onContents: (contents: number, bytes: number) => void,
  signal?: AbortSignal,
): Promise<ContentResult> {
  const scan: Scan = { blobs, signal, read: new Map(), bytes: 0 };
  const findings: ContentFinding[] = [];
  const healed: number[] = [];
  let contents = 0;
  for await (const content of allContents(query)) {
    signal?.throwIfAborted();
    const fault =
      content.inline === null ? await manifestFault(query, scan, content) : inlineFault(scan, content);
    if (fault !== undefined) findings.push({ ...fault, contentId: content.id });
    else if (content.damaged === 1) healed.push(content.id);
    contents++;
    onContents(contents, scan.bytes);
  }
  findings.push(...(await referenceFaults(query)));
  const chunks = await rows<{ blob_id: BlobId; size: number }>(
    query,
    'SELECT blob_id, size FROM upload_chunks WHERE blob_id IS NOT NULL',
  );
  for (const { blob_id, size } of chunks) {
    const text = await blobFault(scan, { id: blob_id, size });
    if (text !== undefined) findings.push({ kind: 'upload-chunk', contentId: undefined, text });
  }
  return { findings, healed, contents, blobs: scan.read.size, bytes: scan.bytes };
}

async function* allContents(query: Query): AsyncGenerator<ContentRow> {
  let after = 0;
  while (true) {
    const page = await rows<ContentRow>(
      query,
      'SELECT id, size, sha256, checksums, damaged, inline FROM contents WHERE id > ? ORDER BY id LIMIT 200',
      after,
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < 200) return;
    after = last.id;
  }
}

type Fault = Omit<ContentFinding, 'contentId'> | undefined;

function inlineFault(scan: Scan, content: ContentRow): Fault {
  const bytes = content.inline ?? new Uint8Array();
  scan.bytes += bytes.byteLength;
  if (bytes.byteLength === content.size && hash('sha256', bytes) === content.sha256) return undefined;
  return { kind: 'content-damaged', text: 'its bytes in the database are not what was written' };
}

async function manifestFault(query: Query, scan: Scan, content: ContentRow): Promise<Fault> {
  const pieces = await rows<Piece & { idx: number }>(
    query,
    `SELECT idx, blob_id AS id, size, blob_offset AS "offset", blob_size AS "blobSize" FROM manifest_entries
       WHERE content_id = ? ORDER BY idx`,
    content.id,
  );
  const total = pieces.reduce((sum, piece) => sum + piece.size, 0);
  if (total !== content.size || pieces.some((piece, i) => piece.idx !== i)) {
    return { kind: 'manifest', text: `its parts add up to ${total} of ${content.size} bytes` };
  }
  if (pieces.some(({ offset, size, blobSize }) => offset < 0 || size < 1 || offset + size > blobSize)) {
    return { kind: 'manifest', text: 'a part of it lies outside of its blob' };
  }
  const oneBlob = isOneBlob(pieces);
  // Blobs that are used as a whole are verified and put together in one go.
  const together = pieces.every(({ size, blobSize }) => size === blobSize);
  const whole = createHash('sha256');
  for (const { id, blobSize } of pieces) {
    const onBytes = together && !oneBlob ? (bytes: Uint8Array) => void whole.update(bytes) : undefined;
    const text = await blobFault(scan, { id, size: blobSize }, onBytes);
    if (text !== undefined) return { kind: 'content-damaged', text };
  }
  if (!together) {
    for await (const bytes of await openPieces(scan.blobs, pieces)) {
      scan.signal?.throwIfAborted();
      whole.update(bytes);
    }
  }
  const sha256 = oneBlob ? pieces[0]?.id : whole.digest('hex');
  if (sha256 === content.sha256) return undefined;
  return { kind: 'content-damaged', text: 'its parts are whole, but together they are not what was written' };
}

/** What is wrong with a blob; one that was read before is read again only when its bytes are wanted. */
async function blobFault(
  scan: Scan,
  piece: { readonly id: BlobId; readonly size: number },
  onBytes?: (bytes: Uint8Array) => void,
): Promise<string | undefined> {
  if (onBytes === undefined && scan.read.has(piece.id)) return scan.read.get(piece.id);
  const sha256 = createHash('sha256');
  let size = 0;
  let fault: string | undefined;
  try {
    for await (const bytes of await scan.blobs.open(piece.id)) {
      scan.signal?.throwIfAborted();
      sha256.update(bytes);
      onBytes?.(bytes);
      size += bytes.byteLength;
      scan.bytes += bytes.byteLength;
    }
    if (size !== piece.size) fault = `blob ${piece.id} has ${size} of ${piece.size} bytes`;
    else if (sha256.digest('hex') !== piece.id)
      fault = `blob ${piece.id} holds other bytes than were written`;
  } catch (error) {
    if (!isAppError(error, 'store-damaged')) throw error;
    fault = `blob ${piece.id} is missing or cannot be read`;
  }
  scan.read.set(piece.id, fault);
  return fault;
}

/** Files and contents that do not fit each other. */
async function referenceFaults(query: Query): Promise<ContentFinding[]> {
  const unfit = await rows<{ id: number; name: string }>(
    query,
    `SELECT c.id, n.name FROM nodes n JOIN contents c ON c.id = n.content_id
       WHERE n.size <> c.size OR n.checksums <> c.checksums OR n.folder = 1
         OR c.checksums NOT LIKE 'SHA256:' || c.sha256 || '%'`,
  );
  const unused = await rows<{ id: number; size: number }>(
    query,
    'SELECT id, size FROM contents WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE content_id = contents.id)',
  );
  return [
    ...unfit.map(({ id, name }) => ({
      kind: 'file-content' as const,
      contentId: id,
      text: `size or checksums of "${name}" are not those of its content`,
    })),
    ...unused.map(({ id, size }) => ({
      kind: 'unused-content' as const,
      contentId: id,
      text: `content ${id} of ${size} bytes belongs to no file`,
    })),
  ];
}
