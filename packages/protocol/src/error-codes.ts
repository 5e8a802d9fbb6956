import type { AppError } from '@holdfast/base';

/** When the same request may be tried again: never, after a pause, after something changed, after a person decided. */
export type Retry = 'no' | 'later' | 'after-change' | 'ask-user';

/** What the rest of the product needs to know of an error code. */
export interface ErrorRule {
  /** HTTP status on every surface. */
  readonly status: number;
  readonly retry: Retry;
  /** What a person may read; says what to do where there is something to do. */
  readonly text: string;
}

const rule = (status: number, retry: Retry, text: string): ErrorRule => ({ status, retry, text });

/** The one table of error codes. `AppError.code` is one of its keys. */
export const errorCodes = {
  'bad-request': rule(400, 'no', 'The request could not be understood.'),
  'bad-xml': rule(400, 'no', 'The XML of the request is not well-formed or not allowed.'),
  'bad-name': rule(400, 'no', 'This name cannot be used for a file or folder. Choose another one.'),
  'bad-path': rule(400, 'no', 'This path is not valid.'),
  'bad-value': rule(400, 'no', 'A value of the request is not valid.'),
  'body-cut-off': rule(
    400,
    'later',
    'The transfer broke off before all bytes had arrived. Nothing was changed.',
  ),
  'checksum-mismatch': rule(
    400,
    'later',
    'The computed checksum does not match the one received from the client.',
  ),
  'content-range-on-put': rule(400, 'no', 'Writing a part of a file is not possible here.'),
  'upload-incomplete': rule(
    400,
    'after-change',
    'Some chunks of the upload are missing, or their sizes do not add up.',
  ),
  'not-signed-in': rule(401, 'ask-user', 'Sign in with your name and a token or password.'),
  'token-expired': rule(401, 'ask-user', 'This token has expired. Make a new one.'),
  'account-disabled': rule(401, 'ask-user', 'This account is disabled. Ask the administrator.'),
  forbidden: rule(403, 'ask-user', 'You are not allowed to do this.'),
  'scope-missing': rule(403, 'ask-user', 'The token does not allow this. Make one with the scope it needs.'),
  'same-resource': rule(403, 'no', 'Source and destination are the same.'),
  'propfind-infinity': rule(403, 'no', 'Listing a whole tree at once is not allowed. Ask folder by folder.'),
  'protected-property': rule(403, 'no', 'This property cannot be changed.'),
  'sync-token-invalid': rule(
    403,
    'after-change',
    'The sync token is unknown or too old. Start again without one.',
  ),
  'not-found': rule(404, 'after-change', 'There is nothing at this address.'),
  'method-not-allowed': rule(405, 'no', 'This is not possible here.'),
  'already-exists': rule(405, 'after-change', 'Something with this name is already there.'),
  'request-timeout': rule(408, 'later', 'The request took too long to arrive. Nothing was changed.'),
  'parent-missing': rule(409, 'after-change', 'The folder that should hold this does not exist.'),
  'is-a-folder': rule(409, 'after-change', 'There is a folder at this address.'),
  'not-a-folder': rule(409, 'after-change', 'There is a file where a folder is needed.'),
  'into-itself': rule(409, 'no', 'A folder cannot be moved or copied into itself.'),
  'lock-token-mismatch': rule(409, 'no', 'The lock token does not belong to this address.'),
  conflict: rule(409, 'after-change', 'This conflicts with the present state. Look again and retry.'),
  'precondition-failed': rule(412, 'after-change', 'It was changed by someone else in the meantime.'),
  'body-too-large': rule(413, 'no', 'This is larger than the server accepts.'),
  'name-too-long': rule(414, 'no', 'The name or path is too long.'),
  'media-type-unsupported': rule(415, 'no', 'The body is of a kind that cannot be used here.'),
  'range-unsatisfiable': rule(416, 'no', 'The file does not have the requested part.'),
  locked: rule(423, 'later', 'It is locked by someone else.'),
  'dependency-failed': rule(424, 'no', 'Not done, because another part of the request failed.'),
  'too-many-requests': rule(429, 'later', 'Too many attempts. Wait a little.'),
  'header-too-large': rule(431, 'no', 'The request headers are too large.'),
  internal: rule(500, 'later', 'Something went wrong on the server. It has been logged.'),
  'not-supported': rule(501, 'no', 'The server cannot do this.'),
  'bad-gateway': rule(502, 'no', 'Copying or moving to another server is not possible.'),
  unavailable: rule(503, 'later', 'The server cannot answer at the moment. Try again soon.'),
  'quota-exceeded': rule(507, 'ask-user', 'There is not enough space left in this account.'),
  'disk-full': rule(507, 'ask-user', 'The disk of the server is full.'),
  'store-damaged': rule(500, 'ask-user', 'The stored content is damaged. Run "holdfast check".'),

  'config-invalid': rule(400, 'ask-user', 'The configuration is not valid.'),
  'data-in-use': rule(409, 'later', 'Another Holdfast is using this folder.'),
  'address-in-use': rule(409, 'ask-user', 'Another program is using this address. Choose another one.'),
  'data-missing': rule(404, 'ask-user', 'There is no Holdfast data in this folder.'),
  'data-too-new': rule(409, 'ask-user', 'A newer Holdfast has written this folder. Update this one first.'),
  'data-not-empty': rule(409, 'ask-user', 'This folder is not empty. Name a new or empty one.'),
  'backup-damaged': rule(400, 'ask-user', 'The backup is cut off or damaged. Use another one.'),
  'weak-password': rule(400, 'ask-user', 'Choose a longer password.'),

  'server-unreachable': rule(503, 'later', 'The server cannot be reached.'),
  'server-answer-odd': rule(502, 'later', 'The server gave an answer that makes no sense.'),
  'server-changed': rule(
    409,
    'ask-user',
    'The server is another one than before, or was restored from a backup.',
  ),
  'listing-doubtful': rule(503, 'later', 'The listing was incomplete; nothing was removed because of it.'),
  'upload-damaged': rule(502, 'later', 'What the server stored is not what was sent.'),
  'download-damaged': rule(502, 'later', 'What arrived is not what the server announced.'),
  'folder-missing': rule(404, 'ask-user', 'The local folder is missing, or another one has taken its place.'),
  'local-unreadable': rule(500, 'later', 'A local file or folder cannot be read.'),
  'local-disk-full': rule(507, 'ask-user', 'The local disk is full.'),
  'local-denied': rule(403, 'ask-user', 'The system does not allow access to a local file or folder.'),
  'target-changed': rule(412, 'after-change', 'The file changed while it was being synced.'),
  'mass-change': rule(
    409,
    'ask-user',
    'So much would be removed or replaced that a person has to agree first.',
  ),
  'name-impossible': rule(400, 'ask-user', 'The other side cannot hold this name.'),
  'keychain-locked': rule(
    503,
    'later',
    'The keychain of this computer is locked. Unlock it; syncing goes on by itself then.',
  ),
  'keychain-missing': rule(
    501,
    'ask-user',
    'This computer has no keychain that can keep the token. --token-store file keeps it in a file that only you can read.',
  ),
  'token-missing': rule(401, 'ask-user', 'There is no token for this account. Give it a new one.'),
  'already-synced': rule(409, 'ask-user', 'This folder is synced already.'),
  'link-outside': rule(400, 'no', 'The link leads out of the synced folder. It is not made here.'),
  'ignore-rules-bad': rule(400, 'no', 'Some of the ignore rules cannot be used.'),
  aborted: rule(499, 'later', 'Stopped on request.'),
} as const satisfies Record<string, ErrorRule>;

/** A key of the table. */
export type ErrorCode = keyof typeof errorCodes;

/** The rule of a code; unknown codes count as `internal`. */
export function ruleOf(code: string): ErrorRule {
  return code in errorCodes ? errorCodes[code as ErrorCode] : errorCodes.internal;
}

/** What a person may read of an error: its own sentence, or else that of its code. */
export function textOf(error: AppError): string {
  return error.details.message ?? ruleOf(error.code).text;
}
