import type { Fetch, FetchInit, FetchResponse } from '../transport.ts';

/** An answer as a script gives it. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** A request as a script sees it. */
export interface ScriptedRequest extends FetchInit {
  readonly url: URL;
  /** What was sent, read to its end. */
  readonly sent: string;
}

/** A transport that answers as told, and remembers what was asked. */
export function scriptedFetch(script: (request: ScriptedRequest) => ScriptedAnswer): {
  readonly fetch: Fetch;
  readonly requests: ScriptedRequest[];
} {
  const requests: ScriptedRequest[] = [];
  const fetch: Fetch = async (url, init) => {
    const request = { ...init, url: new URL(url), sent: await textOf(init.body) };
    requests.push(request);
    return responseOf(script(request));
  };
  return { fetch, requests };
}

function responseOf({ status, headers = {}, body }: ScriptedAnswer): FetchResponse {
  const get = (name: string) => headers[name.toLowerCase()] ?? null;
  return { status, headers: { get }, body: body === undefined ? null : chunksOf(body) };
}

async function* chunksOf(body: NonNullable<ScriptedAnswer['body']>): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield new TextEncoder().encode(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function textOf(body: FetchInit['body']): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? '';
  const chunks: Uint8Array[] = [];
  for await (const chunk of body instanceof Uint8Array ? [body] : body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
