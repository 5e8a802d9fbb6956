import { type Clock, isAppError, type Random, systemRandom } from '@holdfast/base';
import { AuthType, createClient, getPatcher, type RequestOptionsCustom, type WebDAVClient } from 'webdav';
import { errorOfResponse } from './error-of-response.ts';
import { Manners } from './manners.ts';
import { discardBody, type Fetch, type FetchResponse, type RequestBody } from './transport.ts';
import { unreachable } from './unreachable.ts';

/** Who signs in, and how the server wants it. */
export interface Credentials {
  readonly user: string;
  /** Asked again when the server refuses what it gave before. */
  readonly secret: () => Promise<string>;
}

/** One request. */
export interface DavRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal;
  /** Statuses that are an answer; any other one is thrown. */
  readonly expect: readonly number[];
}

/** What a request needs besides itself. */
export interface DavClientParts {
  readonly credentials: Credentials;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Makes pauses vary. */
  readonly random?: Random;
}

interface Marked {
  holdfastFetch?: Fetch;
}

type Login = { readonly secret: string; readonly client: WebDAVClient };

/** Signed-in requests to one server, by the `webdav` library, with statuses turned into AppErrors. */
export class DavClient {
  readonly origin: string;
  readonly #parts: DavClientParts;
  #login: Promise<Login> | undefined;
  #digest = false;
  #software = '';
  readonly #manners: Manners;

  constructor(origin: string, parts: DavClientParts) {
    this.origin = origin;
    this.#parts = parts;
    this.#manners = new Manners(parts.clock, parts.random ?? systemRandom);
    patchOnce();
  }

  /** What the server calls itself (RFC 9110 §10.2.4); `''` before its first answer, or where it does not say. */
  get software(): string {
    return this.#software;
  }

  /**
   * Sends a request to an encoded path of this server (or a full address of the same origin).
   * @throws AppError `server-unreachable`, those of `errorOfResponse`; the signal's reason.
   */
  async request(path: string, request: DavRequest): Promise<FetchResponse> {
    request.signal?.throwIfAborted();
    await this.#manners.turn(request.signal);
    const url = path.startsWith('/') ? this.origin + path : path;
    let response = await this.#send(url, request);
    if (response.status === 401 && isRepeatable(request.body) && (await this.#anotherWay(response))) {
      await discardBody(response);
      response = await this.#send(url, request);
    }
    this.#software ||= response.headers.get('server') ?? '';
    if (request.expect.includes(response.status)) {
      this.#manners.answered(response.status);
      return response;
    }
    const facts = { method: request.method, address: path, now: this.#parts.clock.now() };
    const error = await errorOfResponse(response, facts);
    const { retryAfterSeconds } = error.details;
    this.#manners.answered(
      response.status,
      typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
    );
    throw error;
  }

  async #send(url: string, request: DavRequest): Promise<FetchResponse> {
    const { client } = await this.#signIn();
    const options: RequestOptionsCustom & { url: string } & Marked = {
      url,
      method: request.method,
      headers: { ...request.headers },
      holdfastFetch: this.#parts.fetch,
    };
    if (request.body !== undefined) options.data = request.body as NonNullable<RequestOptionsCustom['data']>;
    if (request.signal) options.signal = request.signal;
    try {
      return (await client.customRequest('', options)) as unknown as FetchResponse;
    } catch (error) {
      const response = responseIn(error);
      if (response) return response;
      request.signal?.throwIfAborted();
      if (isAppError(error)) throw error;
      throw unreachable(url, error);
    }
  }

  #signIn(): Promise<Login> {
    this.#login ??= this.#parts.credentials.secret().then((secret) => {
      const { user } = this.#parts.credentials;
      const client = this.#digest
        ? createClient(this.origin, { authType: AuthType.Digest, username: user, password: secret })
        : createClient(this.origin, {
            authType: AuthType.None,
            headers: { authorization: basic(user, secret) },
          });
      return { secret, client };
    });
    // A secret that could not be had (a locked keychain) is asked for again the next time.
    this.#login.catch(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  /** After a refusal: whether signing in otherwise, or with a secret renewed meanwhile, is worth a try. */
  async #anotherWay(response: FetchResponse): Promise<boolean> {
    const offered = response.headers.get('www-authenticate') ?? '';
    if (!this.#digest && /\bdigest\b/i.test(offered) && !/\bbasic\b/i.test(offered)) {
      this.#digest = true;
      this.#login = undefined;
      return true;
    }
    const used = await this.#signIn();
    const now = await this.#parts.credentials.secret();
    if (now === used.secret) return false;
    this.#login = undefined;
    return true;
  }
}

function basic(user: string, secret: string): string {
  // RFC 7617 §2.1: UTF-8.
  const bytes = new TextEncoder().encode(`${user}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function isRepeatable(body: RequestBody | undefined): boolean {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/** The library throws for statuses from 400 on, with the answer attached. */
function responseIn(error: unknown): FetchResponse | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  return error.response as FetchResponse;
}

let patched = false;

/** Leads the library's requests to the transport of the client that sent them; the way in is one for all. */
function patchOnce(): void {
  if (patched) return;
  patched = true;
  getPatcher().patch('request', (argument: unknown) => {
    const options = argument as RequestOptionsCustom & { url: string } & Marked;
    const send = options.holdfastFetch;
    if (!send) return fetch(options.url, options as RequestInit);
    const { method = 'GET', headers, data, signal } = options;
    return send(options.url, {
      method,
      headers: (headers ?? {}) as Record<string, string>,
      redirect: 'manual',
      ...(data === undefined ? {} : { body: data as unknown as RequestBody }),
      ...(signal === undefined ? {} : { signal: signal as AbortSignal }),
    });
  });
}
