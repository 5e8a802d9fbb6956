import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';

/** What lies where in a data folder. */
export interface DataFolder {
  readonly root: string;
  /** The metadata database. */
  readonly database: string;
  readonly blobs: string;
  /** Key of the stored token hashes. */
  readonly secretKey: string;
  /** What a running node says of itself. */
  readonly daemonRecord: string;
}

/** The parts of the data folder at `root`; says nothing of their existence. */
export function dataFolder(root: string): DataFolder {
  return {
    root,
    database: join(root, 'metadata.db'),
    blobs: join(root, 'blobs'),
    secretKey: join(root, 'secret.key'),
    daemonRecord: join(root, 'daemon.json'),
  };
}

/** Whether a node keeps its data here. */
export function holdsData(folder: DataFolder): boolean {
  return existsSync(folder.database);
}

/** Makes the folder, closed to other users of the machine. Idempotent. */
export function makeDataFolder(folder: DataFolder): void {
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
}

/** @throws AppError `data-missing` with what to do. */
export function requireData(folder: DataFolder): void {
  if (holdsData(folder)) return;
  throw new AppError('data-missing', {
    message: `There is no Holdfast data in ${folder.root}. "holdfast init --data ${folder.root}" or "holdfast run" makes it; --data names another folder.`,
  });
}
