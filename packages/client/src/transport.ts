/** What a request may carry. An iterable is read once. */
export type RequestBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** A request, as far as this package needs one. `headers` holds `content-length` where the body is an iterable. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal;
  /** Redirects are never followed by the transport: credentials must not travel to where nobody meant them to. */
  readonly redirect: 'manual';
}

/** An answer. Its body is read to the end or its iterator is returned, so that the connection is free again. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Null where there is none. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * The port to HTTP; the platform's own `fetch` fits it. Rejects when there is no answer, and with the signal's
 * reason when that aborts. Gives up by itself on a connection that is silent for minutes.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** The platform's own `fetch`. */
export const platformFetch: Fetch = (url, init) => {
  // `duplex` is required for streamed bodies and missing in the DOM's types.
  const request = { ...init, duplex: 'half' } as unknown as RequestInit;
  return fetch(url, request) as Promise<FetchResponse>;
};

/** Reads a body to its end and throws it away, or breaks it off when it is long. */
export async function discardBody(response: FetchResponse): Promise<void> {
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > 256 * 1024) return;
  }
}

/** A body as text, cut after `maxBytes`. */
export async function readText(response: FetchResponse, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return text;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
