/** Limits that a request meets. */
export interface ServerLimits {
  /** Largest XML or JSON body, in bytes. */
  readonly maxXmlBytes: number;
  /** Largest request line and headers together, in bytes. */
  readonly maxHeaderBytes: number;
  /** Longest address, in characters as sent. */
  readonly maxUrlLength: number;
  /** Largest uploaded file or chunk, in bytes; undefined for no limit but the quota. */
  readonly maxUploadBytes: number | undefined;
  /** How long a body, or a client that reads an answer, may stand still, in milliseconds. */
  readonly bodyIdleTimeoutMs: number;
  /** How long a connection is kept open between two requests, in milliseconds. */
  readonly keepAliveMs: number;
  /** How long the headers of a request may take to arrive, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** How long the rest of a refused body is read away, so that its sender sees the answer, in milliseconds. */
  readonly lingerMs: number;
  /** How many connections of one account may listen for news at the same time. */
  readonly listenersPerAccount: number;
  /** A connection that listens hears something at least as often, in milliseconds. */
  readonly heartbeatMs: number;
}

/** What the HTTP surfaces can be told. */
export interface ServerSettings {
  /** Address that people use from outside, without a trailing slash; undefined to believe the `Host` header. */
  readonly publicUrl?: string;
  /** Addresses and ranges of proxies whose `X-Forwarded-*` headers count. */
  readonly trustProxy: readonly string[];
  readonly limits: ServerLimits;
  /** Whether the account password is accepted over Basic; only shown here, decided in identity. */
  readonly passwordOverBasic: boolean;
  /** PEM texts; without them the server speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** What holds when nothing is said. */
export const defaultServerSettings: ServerSettings = {
  trustProxy: [],
  limits: {
    maxXmlBytes: 1024 * 1024,
    maxHeaderBytes: 32 * 1024,
    maxUrlLength: 16 * 1024,
    maxUploadBytes: undefined,
    bodyIdleTimeoutMs: 60_000,
    keepAliveMs: 75_000,
    headersTimeoutMs: 30_000,
    lingerMs: 5_000,
    listenersPerAccount: 64,
    heartbeatMs: 20_000,
  },
  passwordOverBasic: true,
};
