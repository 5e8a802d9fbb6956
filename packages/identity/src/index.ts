export { authorize } from './authorize.ts';
export { createIdentity, defaultIdentitySettings } from './create-identity.ts';
export type * from './identity.ts';
export type { IdentityParts, IdentitySettings } from './identity-parts.ts';
