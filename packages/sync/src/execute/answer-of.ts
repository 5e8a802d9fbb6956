import { AppError } from '@holdfast/base';
import { textOf } from '@holdfast/protocol';

const longest = 500;

/**
 * What the server (or the disk) has said, as near to word for word as it is known: `PUT …: 507 Insufficient Storage`.
 * Undefined where an error came from neither.
 */
export function answerOf(error: unknown): string | undefined {
  if (!(error instanceof AppError))
    return error instanceof Error ? error.message.slice(0, longest) : undefined;
  const { method, address, status, statusText, said, code, serverCode } = error.details;
  if (typeof status === 'number') {
    const asked = [method, address].filter((part) => typeof part === 'string').join(' ');
    const words = [statusText, said].filter((part) => typeof part === 'string' && part !== '').join(': ');
    return `${asked === '' ? '' : `${asked}: `}${status}${words === '' ? '' : ` ${words}`}`.slice(0, longest);
  }
  // One of many in a batch: the server has told a code, and words for some.
  if (typeof serverCode === 'string') return `${serverCode}: ${textOf(error)}`.slice(0, longest);
  if (error.cause instanceof Error) return error.cause.message.slice(0, longest);
  if (typeof code === 'string') return code;
  return textOf(error).slice(0, longest);
}
