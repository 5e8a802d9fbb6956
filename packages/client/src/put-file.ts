import { formatMtime } from '@holdfast/protocol';
import type { DavClient } from './dav-client.ts';
import type { UploadOptions, UploadSource } from './remote.ts';
import { discardBody, type FetchResponse } from './transport.ts';
import { openBody } from './upload-body.ts';

/**
 * One PUT (RFC 9110 §9.3.4) of a whole source to an encoded path.
 * @throws AppError `upload-damaged` when the server refuses the bytes; what the source throws; those of `DavClient`.
 */
export async function putFile(
  dav: DavClient,
  path: string,
  source: UploadSource,
  options: UploadOptions,
  headers: Readonly<Record<string, string>>,
  range?: { readonly start: number; readonly end: number },
): Promise<FetchResponse> {
  const whole = range === undefined && headers['oc-checksum'] === undefined;
  const upload = await openBody(source, options, range, whole ? options.sha256 : undefined);
  try {
    const response = await dav.request(path, {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(upload.length),
        ...headers,
      },
      body: upload.body,
      expect: [200, 201, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
    return response;
  } catch (error) {
    throw upload.failure() ?? error;
  }
}

/** Headers of the ownCloud dialect that describe the file. Our nodes take the time with its fraction. */
export function fileHeaders(options: UploadOptions, precise: boolean): Record<string, string> {
  return {
    'x-oc-mtime': precise ? formatMtime(options.mtime) : String(options.mtime.s),
    ...(precise ? { 'hf-executable': options.executable ? '1' : '0' } : {}),
    ...(options.link ? { 'hf-link': '1' } : {}),
  };
}

/** The precondition of a write on the target itself (RFC 9110 §13.1). */
export function writeGuard(options: UploadOptions): Record<string, string> {
  return options.ifMatch === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${options.ifMatch}"` };
}
