import { AppError, type AppErrorDetails } from '@holdfast/base';
import { ruleOf } from '@holdfast/protocol';

/** What a code of our own node means to who works with a `Remote`. */
const codes: Readonly<Record<string, string>> = {
  'precondition-failed': 'target-changed',
  'is-a-folder': 'target-changed',
  conflict: 'target-changed',
  'not-a-folder': 'parent-missing',
  'bad-name': 'name-impossible',
  'bad-path': 'name-impossible',
  'name-too-long': 'name-impossible',
  'checksum-mismatch': 'upload-damaged',
  'body-cut-off': 'upload-damaged',
  'disk-full': 'quota-exceeded',
  'scope-missing': 'forbidden',
  'store-damaged': 'unavailable',
};

const known: ReadonlySet<string> = new Set([
  ...['not-found', 'parent-missing', 'already-exists', 'locked', 'quota-exceeded', 'forbidden'],
  ...['body-too-large', 'unavailable', 'too-many-requests'],
]);

/** The AppError of a code that our own node has told; what is unknown goes by its status. */
export function errorOfCode(code: string, details: AppErrorDetails): AppError {
  const mapped = codes[code] ?? (known.has(code) ? code : undefined);
  return new AppError(mapped ?? (ruleOf(code).status >= 500 ? 'unavailable' : 'server-answer-odd'), details);
}
