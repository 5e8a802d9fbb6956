export { createFiles, type FilesOptions } from './create-files.ts';
export type * from './files.ts';
export type { FilesLimits } from './limits.ts';
