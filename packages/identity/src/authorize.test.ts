import { grantableScopes, type RouteScope, type Scope } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { authorize } from './authorize.ts';
import type { Principal } from './identity.ts';

const person: Principal = {
  userId: 'ann',
  displayName: 'Ann',
  admin: false,
  via: 'password',
  tokenId: undefined,
  scopes: [],
  within: undefined,
};
const admin: Principal = { ...person, admin: true };
const token = (scopes: readonly Scope[], isAdmin = false): Principal => ({
  ...person,
  via: 'token',
  tokenId: 't',
  scopes,
  admin: isAdmin,
});

describe('S6 authorization', () => {
  it('lets nobody in particular use public routes alone', () => {
    expect(authorize(undefined, 'public')).toBe(true);
    for (const scope of [...grantableScopes, 'session', 'admin'] as const) {
      expect(authorize(undefined, scope), scope).toBe(false);
    }
  });

  it('gives a person what the account may do', () => {
    for (const scope of [...grantableScopes, 'session'] as const) expect(authorize(person, scope)).toBe(true);
    expect(authorize(person, 'admin')).toBe(false);
    expect(authorize(admin, 'admin')).toBe(true);
  });

  it('gives a token its scopes and nothing else, whoever made it', () => {
    for (const held of grantableScopes) {
      for (const asked of grantableScopes) expect(authorize(token([held]), asked)).toBe(held === asked);
    }
    for (const scope of ['session', 'admin'] as const) {
      expect(authorize(token(grantableScopes, true), scope)).toBe(false);
    }
  });

  it('denies what it does not know', () => {
    expect(authorize(admin, 'everything' as RouteScope)).toBe(false);
    expect(authorize(token(['everything' as Scope]), 'everything' as RouteScope)).toBe(false);
  });
});
