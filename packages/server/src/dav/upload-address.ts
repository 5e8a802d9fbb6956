import { AppError, namesOf } from '@holdfast/base';
import { decodePath } from '@holdfast/protocol';

/** A place in the staging folder of chunked uploads. */
export interface UploadAddress {
  /** Address path of the caller's staging folder, encoded, without a trailing slash. */
  readonly mount: string;
  /** Undefined for the staging folder itself. */
  readonly transfer: string | undefined;
  /** Name of the chunk, or `.file` for the whole. */
  readonly part: string | undefined;
}

const uploadsMount = '/remote.php/dav/uploads/';

/** @throws AppError `not-found` for another user's staging folder, or anything deeper than a chunk; `bad-path`. */
export function uploadAddressOf(pathname: string, userId: string): UploadAddress {
  const [owner, transfer, part, ...deeper] = namesOf(decodePath(pathname.slice(uploadsMount.length)));
  if (owner !== userId || deeper.length > 0) throw new AppError('not-found');
  return { mount: uploadsMount + encodeURIComponent(owner), transfer, part };
}
