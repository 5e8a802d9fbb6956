export { authorize } from './authorize.ts';
export type * from './identity.ts';
