import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What lies where in a state folder, which belongs to one user of one computer. */
export interface StateFolder {
  readonly root: string;
  /** Accounts, synced folders, limits. */
  readonly settings: string;
  /** Tokens, where a person has chosen a file for them. */
  readonly secrets: string;
  /** What a running daemon says of itself. */
  readonly daemonRecord: string;
  /** A folder for each pair: its journal and its history. */
  readonly journals: string;
}

/** The parts of the state folder at `root`; says nothing of their existence. */
export function stateFolder(root: string): StateFolder {
  return {
    root,
    settings: join(root, 'settings.json'),
    secrets: join(root, 'secrets.json'),
    daemonRecord: join(root, 'daemon.json'),
    journals: join(root, 'sync'),
  };
}

/** Makes the folder, closed to other users of the machine. Idempotent. */
export function makeStateFolder(folder: StateFolder): void {
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
}
