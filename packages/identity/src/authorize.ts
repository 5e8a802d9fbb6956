import type { Authorize } from './identity.ts';

/**
 * The one place where scopes are decided. Deny by default: whatever is not named here is refused.
 * A token never has `session` or `admin`.
 */
export const authorize: Authorize = (principal, scope) => {
  if (scope === 'public') return true;
  if (principal === undefined) return false;
  switch (scope) {
    case 'files:read':
    case 'files:write':
    case 'files:delete':
    case 'profile:read':
      return principal.via === 'password' || (principal.via === 'token' && principal.scopes.includes(scope));
    case 'session':
      return principal.via === 'password';
    case 'admin':
      return principal.via === 'password' && principal.admin;
    default:
      return false;
  }
};
