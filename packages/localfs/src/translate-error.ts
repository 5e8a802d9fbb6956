import { AppError, type TreePath } from '@holdfast/base';

/** The system's code of an error of `node:fs`, such as `ENOENT`; undefined for other errors. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const codes: Readonly<Record<string, string>> = {
  ENOSPC: 'local-disk-full',
  EDQUOT: 'local-disk-full',
  EFBIG: 'local-disk-full',
  EACCES: 'local-denied',
  EPERM: 'local-denied',
  EROFS: 'local-denied',
  EBUSY: 'local-denied',
  ETXTBSY: 'local-denied',
  ENAMETOOLONG: 'name-impossible',
  EILSEQ: 'name-impossible',
  EINVAL: 'name-impossible',
  ENOENT: 'target-changed',
  ENOTDIR: 'target-changed',
  EISDIR: 'target-changed',
  EEXIST: 'target-changed',
  ENOTEMPTY: 'target-changed',
  ELOOP: 'target-changed',
};

/** A system error as an AppError; what is not known counts as `local-unreadable`. AppErrors pass as they are. */
export function translateError(error: unknown, path: TreePath): unknown {
  if (error instanceof AppError) return error;
  const code = systemCodeOf(error);
  if (code === undefined) return error;
  return new AppError(codes[code] ?? 'local-unreadable', { path, code }, { cause: error });
}

const linkRefusals = new Set([
  'EXDEV',
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
  'ENOSYS',
  'EINVAL',
  'EISDIR',
]);

/** Whether `link` failed because these two places, or this file system, cannot have hard links. */
export function cannotLink(error: unknown): boolean {
  return linkRefusals.has(systemCodeOf(error) ?? '');
}
