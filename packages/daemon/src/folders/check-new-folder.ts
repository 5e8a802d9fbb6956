import { statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { AppError } from '@holdfast/base';
import type { FolderSettings } from './settings.ts';

/** A folder that is to be synced. */
export interface NewFolder {
  /** Absolute and real. */
  readonly local: string;
  readonly url: string;
  readonly user: string;
}

/** What a new folder must not get in the way of. */
export interface Neighbours {
  readonly folders: readonly (FolderSettings & { readonly user: string })[];
  /** Folders that this program keeps its own things in. Absolute and real. */
  readonly own: readonly string[];
  /** Absolute and real. */
  readonly home: string;
  readonly platform: string;
}

/**
 * Whether a folder may be synced, and what a person should know first.
 * @throws AppError `already-synced`; `bad-value` for a place that cannot be synced.
 */
export function checkNewFolder(folder: NewFolder, neighbours: Neighbours): string[] {
  const { local } = folder;
  const { home, platform, own } = neighbours;
  const same = (a: string, b: string) => fold(a, platform) === fold(b, platform);
  const within = (path: string, parent: string) => isInside(fold(path, platform), fold(parent, platform));
  if (dirname(local) === local) throw refused(`${local} is a whole disk. Choose a folder in it.`);
  if (platform !== 'win32' && /^\/(?:proc|sys|dev|run)(?:\/|$)/.test(local)) {
    throw refused(`${local} belongs to the system and holds no files of yours.`);
  }
  if (same(local, home)) {
    throw refused('This is your home folder: programs keep their own things in it. Choose a folder in it.');
  }
  for (const place of own) {
    if (!same(local, place) && !within(place, local) && !within(local, place)) continue;
    throw refused(`${local} and ${place}, where Holdfast keeps its own data, may not hold each other.`);
  }
  refuseFile(local);
  for (const other of neighbours.folders) {
    if (same(local, other.local)) {
      throw new AppError('already-synced', { message: `${local} is synced already, as "${other.name}".` });
    }
    if (within(local, other.local)) {
      throw new AppError('already-synced', {
        message: `${local} lies within ${other.local}, which is synced already as "${other.name}".`,
      });
    }
    if (within(other.local, local)) {
      throw new AppError('already-synced', {
        message: `${other.local}, which is synced already as "${other.name}", lies within ${local}.`,
      });
    }
  }
  return warningsOf(folder, neighbours);
}

function warningsOf(folder: NewFolder, { folders, home, platform }: Neighbours): string[] {
  const warnings: string[] = [];
  if (isInside(fold(home, platform), fold(folder.local, platform))) {
    warnings.push(`${folder.local} holds your home folder, with all that programs keep in it.`);
  }
  const twin = folders.find(({ url, user }) => url === folder.url && user === folder.user);
  if (twin !== undefined) warnings.push(`"${twin.name}" is synced with the same folder of the server.`);
  const { protocol, hostname } = new URL(folder.url);
  if (protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) {
    warnings.push('The connection is not encrypted: others on the way can read the token and your files.');
  }
  return warnings;
}

function refuseFile(local: string): void {
  if (statSync(local, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw refused(`${local} is a file. Choose a folder.`);
  }
}

function isInside(path: string, parent: string): boolean {
  const way = relative(parent, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !/^(?:[a-z]:|[\\/])/i.test(way);
}

/** On these systems names that differ in case or in the form of an accent alone are the same. */
function fold(path: string, platform: string): string {
  return platform === 'darwin' || platform === 'win32' ? path.normalize('NFC').toLowerCase() : path;
}

function refused(message: string): AppError {
  return new AppError('bad-value', { message });
}
