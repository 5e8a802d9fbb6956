export type { Expected, Folder, LocalEntry, LocalProblem, LocalScan, StagedFile } from './folder.ts';
