import { parseScopes, type TokenKind } from '@holdfast/protocol';
import type { TokenInfo } from './identity.ts';

/** A row of `tokens`, as the queries of this package select it. */
export interface TokenRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly kind: string;
  readonly scopes: string;
  readonly within: string | null;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly last_address: string | null;
  readonly last_user_agent: string | null;
  readonly expires_at: number | null;
  readonly idle_days: number | null;
  readonly state: string;
}

const dayMs = 86_400_000;

/** What a token is worth at a moment. */
export function tokenState(
  row: Pick<TokenRow, 'state' | 'expires_at' | 'idle_days' | 'last_used_at' | 'created_at'>,
  now: number,
): TokenInfo['state'] {
  if (row.state !== 'active') return 'revoked';
  if (row.expires_at !== null && row.expires_at <= now) return 'expired';
  const lastUse = row.last_used_at ?? row.created_at;
  if (row.idle_days !== null && lastUse + row.idle_days * dayMs <= now) return 'idle';
  return 'active';
}

/** A row without its secret, as the port shows it. */
export function toTokenInfo(row: TokenRow, now: number): TokenInfo {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    kind: row.kind as TokenKind,
    scopes: parseScopes(JSON.parse(row.scopes) as string[]),
    within: withinOf(row),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    lastAddress: row.last_address ?? undefined,
    lastUserAgent: row.last_user_agent ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    state: tokenState(row, now),
  };
}

/** The nodes a token is limited to. An empty list is a limit to nothing, not the absence of one. */
export function withinOf(row: Pick<TokenRow, 'within'>): readonly number[] | undefined {
  return row.within === null ? undefined : (JSON.parse(row.within) as number[]);
}
