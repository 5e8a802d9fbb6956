import { AppError, type TreePath } from '@holdfast/base';
import type { Download } from '@holdfast/client';
import type { StagedFile } from '@holdfast/localfs';
import type { RemoteState } from '../trees/item.ts';

/** What the server has said of a file while it sent it. */
export type Announced = Pick<Download, 'etag' | 'size' | 'checksums'>;

/** More hashes that have to be computed while a file comes in, so that it can be verified. */
export function extraHashes(opened: Announced, remote: RemoteState): { readonly extra?: readonly 'SHA1'[] } {
  const sha1 = remote.sha1 !== undefined || opened.checksums.some((checksum) => checksum.kind === 'SHA1');
  return sha1 ? { extra: ['SHA1'] } : {};
}

/** @throws AppError `target-changed` when another version was sent than the one that was seen. */
export function checkVersion(path: TreePath, opened: Announced, remote: RemoteState): void {
  if (opened.etag !== '' && remote.etag !== '' && opened.etag !== remote.etag) {
    throw new AppError('target-changed', { path });
  }
}

/** Compares what has come with everything the server has told of it (R6). @throws AppError `download-damaged`. */
export function verifyDownload(
  path: TreePath,
  opened: Announced,
  staged: StagedFile,
  remote: RemoteState,
): void {
  if (staged.size !== remote.size || (opened.size !== undefined && staged.size !== opened.size)) {
    throw damaged(path, 'size');
  }
  if (remote.sha !== undefined && remote.sha !== staged.sha256 && isHash(remote.sha))
    throw damaged(path, 'hash');
  const sha1 = staged.checksums.get('SHA1');
  if (remote.sha1 !== undefined && sha1 !== undefined && remote.sha1 !== sha1) throw damaged(path, 'hash');
  for (const { kind, hex } of opened.checksums) {
    const got = kind === 'SHA256' ? staged.sha256 : kind === 'SHA1' ? sha1 : undefined;
    if (got !== undefined && got !== hex) throw damaged(path, 'hash');
  }
}

/** Says that `what` of a download does not fit. */
export function damaged(path: TreePath, what: string): AppError {
  return new AppError('download-damaged', { path, what });
}

/** Whether the server has told a hash of all bytes. */
export function tellsHash({ sha, sha1 }: RemoteState): boolean {
  return sha1 !== undefined || (sha !== undefined && isHash(sha));
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
