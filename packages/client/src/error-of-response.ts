import { AppError } from '@holdfast/base';
import { childNamed, namespaces, parseXml, type XmlElement } from '@holdfast/protocol';
import { phraseOf, saidByServer } from './said-by-server.ts';
import { type FetchResponse, readText } from './transport.ts';

const maxErrorBytes = 64 * 1024;

/** What a request was about, for the meaning of its status. */
export interface RequestFacts {
  readonly method: string;
  /** For people and logs. */
  readonly address: string;
  /** Milliseconds since 1970, for a `Retry-After` that is a date. */
  readonly now: number;
}

/** Codes of statuses that mean the same whatever was asked. */
const codes: Readonly<Record<number, string>> = {
  400: 'server-answer-odd',
  401: 'not-signed-in',
  403: 'forbidden',
  404: 'not-found',
  408: 'unavailable',
  409: 'parent-missing',
  412: 'target-changed',
  413: 'body-too-large',
  414: 'name-impossible',
  416: 'target-changed',
  423: 'locked',
  425: 'unavailable',
  429: 'too-many-requests',
  500: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
  507: 'quota-exceeded',
};

/** Where the same status means something else. */
const byMethod: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  // A body that the server checked and refused: cut off, or not what its checksum says.
  PUT: { 400: 'upload-damaged', 404: 'parent-missing', 405: 'already-exists' },
  PATCH: { 400: 'upload-damaged', 409: 'target-changed' },
  MKCOL: { 404: 'parent-missing', 405: 'already-exists' },
};

/** The AppError of an answer that is not what was asked for. Reads the body. */
export async function errorOfResponse(response: FetchResponse, facts: RequestFacts): Promise<AppError> {
  const text = await readText(response, maxErrorBytes).catch(() => '');
  const { status } = response;
  const body = errorElements(text);
  const details = {
    status,
    method: facts.method,
    address: facts.address,
    ...answerOf(status, saidByServer(text, response.headers.get('content-type') ?? '', body)),
    ...(body.length > 0 ? { precondition: body[0]?.name } : {}),
    ...retryAfter(response.headers.get('retry-after'), facts.now),
  };
  if (status === 403 && body.some((element) => element.name === 'valid-sync-token')) {
    return new AppError('sync-token-invalid', details);
  }
  if (status === 400 && exceptionOf(body).endsWith('InvalidPath'))
    return new AppError('name-impossible', details);
  if (status >= 300 && status < 400) {
    return new AppError('server-answer-odd', { ...details, location: response.headers.get('location') });
  }
  const code = byMethod[facts.method]?.[status] ?? codes[status] ?? 'server-answer-odd';
  return new AppError(code, inMaintenance(response, body) ? { ...details, message: maintenance } : details);
}

/** The server's own words, to be shown as they are. */
function answerOf(status: number, said: string | undefined): { statusText?: string; said?: string } {
  const statusText = phraseOf(status);
  return { ...(statusText === undefined ? {} : { statusText }), ...(said === undefined ? {} : { said }) };
}

function errorElements(text: string): readonly XmlElement[] {
  if (!text.trimStart().startsWith('<')) return [];
  try {
    const root = parseXml(text);
    return root.ns === namespaces.d && root.name === 'error' ? root.children : [];
  } catch {
    // An HTML page, for example: the status alone counts then.
    return [];
  }
}

const maintenance = 'The server is in maintenance mode. Sync goes on by itself when it is back.';

/** Nextcloud says so in a header, ownCloud in the text of the error. */
function inMaintenance(response: FetchResponse, elements: readonly XmlElement[]): boolean {
  if (response.status !== 503) return false;
  if (response.headers.get('x-nextcloud-maintenance-mode') === '1') return true;
  return elements.some(({ name, text }) => name === 'message' && /maintenance mode/i.test(text));
}

function exceptionOf(elements: readonly XmlElement[]): string {
  const root = { ns: '', name: '', attributes: {}, children: elements, text: '' };
  return childNamed(root, namespaces.s, 'exception')?.text.trim() ?? '';
}

/** `Retry-After` (RFC 9110 §10.2.3): seconds or a date. */
function retryAfter(value: string | null, now: number): { retryAfterSeconds?: number } {
  if (value === null) return {};
  if (/^\s*\d{1,9}\s*$/.test(value)) return { retryAfterSeconds: Number(value) };
  const at = Date.parse(value);
  return Number.isNaN(at) ? {} : { retryAfterSeconds: Math.max(0, Math.ceil((at - now) / 1000)) };
}
