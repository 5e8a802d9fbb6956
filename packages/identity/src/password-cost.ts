/** What one check of a password costs (RFC 9106 §3.1). */
export interface PasswordCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The cost of new hashes (OWASP's first choice for argon2id). Older, cheaper ones are renewed at the next login. */
export const defaultPasswordCost: PasswordCost = { memory: 19_456, passes: 2, lanes: 1 };
