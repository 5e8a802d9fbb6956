import { AppError } from '@holdfast/base';
import { ByteReader } from './byte-reader.ts';

/** One part of a multipart body. */
export interface Part {
  /** By name in lower case; values as UTF-8. */
  readonly headers: ReadonlyMap<string, string>;
  readonly length: number;
  /** Exactly `length` bytes. Can be read once; what is left is passed over before the next part. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How much of a multipart body is read before it is refused. */
export interface MultipartLimits {
  readonly maxParts: number;
  readonly maxHeaderBytes: number;
  readonly maxPartBytes: number;
}

/**
 * The boundary of a `multipart/related` body (RFC 2387, RFC 2046 §5.1.1).
 * @throws AppError `media-type-unsupported`, `bad-request`.
 */
export function boundaryOf(contentType: string | undefined): string {
  if (!/^multipart\/related\s*(?:;|$)/i.test(contentType ?? '')) throw new AppError('media-type-unsupported');
  const match = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw framing('The boundary is missing.');
  return boundary;
}

/**
 * The parts of a multipart body whose parts all say their length, so that content is never searched for a boundary.
 * @throws AppError `bad-request` for broken framing, `body-cut-off`, `body-too-large`.
 */
export async function* parseMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits,
): AsyncGenerator<Part, void> {
  const reader = new ByteReader(source);
  const delimiter = `--${boundary}`;
  const nextLine = async () => {
    const line = await reader.line(limits.maxHeaderBytes);
    if (line === undefined) throw new AppError('body-cut-off');
    return line.toString('utf8');
  };
  /** Whether a part follows. Blank lines before a delimiter belong to it. */
  const atPart = async (): Promise<boolean> => {
    for (let blank = 0; blank < 4; blank++) {
      const line = (await nextLine()).trimEnd();
      if (line === delimiter) return true;
      if (line === `${delimiter}--`) return false;
      if (line !== '') break;
    }
    throw framing('A boundary was expected.');
  };

  for (let count = 0; await atPart(); count++) {
    if (count >= limits.maxParts)
      throw new AppError('body-too-large', { message: 'There are too many parts.' });
    const headers = await readHeaders(nextLine, limits.maxHeaderBytes);
    const length = headers.get('content-length') ?? '';
    if (!/^\d{1,15}$/.test(length)) throw framing('A part does not say its Content-Length.');
    if (Number(length) > limits.maxPartBytes) throw new AppError('body-too-large');
    let left = Number(length);
    const body = async function* (): AsyncGenerator<Uint8Array, void> {
      while (left > 0) {
        const bytes = await reader.some(left);
        left -= bytes.length;
        yield bytes;
      }
    };
    yield { headers, length: left, body: { [Symbol.asyncIterator]: body } };
    while (left > 0) left -= (await reader.some(left)).length;
  }
}

async function readHeaders(
  nextLine: () => Promise<string>,
  maxBytes: number,
): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  let size = 0;
  for (let line = await nextLine(); line !== ''; line = await nextLine()) {
    size += line.length;
    const colon = line.indexOf(':');
    if (colon < 1 || size > maxBytes) throw framing('The headers of a part are malformed or too long.');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function framing(message: string): AppError {
  return new AppError('bad-request', { message });
}
