import { childNamed, namespaces, type XmlElement } from '@holdfast/protocol';

const longest = 300;

/** Reason phrases of RFC 9110 §15 and RFC 4918 §11; HTTP/2 sends none. */
const phrases: Readonly<Record<number, string>> = {
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  511: 'Network Authentication Required',
};

/** The reason phrase of a status; undefined for one that has none. */
export function phraseOf(status: number): string | undefined {
  return phrases[status];
}

/**
 * What a server says for people in the body of an error: the message of a DAV error (`s:message`), the `message` of a
 * JSON object, or a plain text. One line, cut where it is long; undefined for a page in HTML and for nothing.
 */
export function saidByServer(
  text: string,
  type: string,
  elements: readonly XmlElement[],
): string | undefined {
  const root = { ns: '', name: '', attributes: {}, children: elements, text: '' };
  const message = childNamed(root, namespaces.s, 'message')?.text ?? plainText(text, type);
  // Control characters would reach logs and terminals.
  const line = message?.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return line === undefined || line === '' ? undefined : line.slice(0, longest);
}

function plainText(text: string, type: string): string | undefined {
  if (/^text\/plain\b/i.test(type)) return text;
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const message =
      typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
