export type * from './files.ts';
