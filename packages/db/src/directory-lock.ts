import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';
import Database from 'better-sqlite3';

/** Holds a data folder for this process. */
export interface DirectoryLock extends Disposable {
  /** Gives the folder free. Idempotent. */
  release(): void;
}

/**
 * Makes this process the only one that uses a data folder; makes the folder when it is missing. The operating
 * system gives it free when the process ends, however it ends.
 * @throws AppError `data-in-use`, naming the process that has it (`details.pid`) where that is known.
 */
export function acquireDirectoryLock(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pidFile = join(directory, 'lock.pid');
  // SQLite's own file lock is the one advisory lock at hand that works the same on all systems.
  const lock = new Database(join(directory, 'lock.db'), { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('SQLITE_BUSY')) throw error;
    const pid = readPid(pidFile);
    const holder = pid === undefined ? 'Another Holdfast' : `Another Holdfast (process ${pid})`;
    throw new AppError(
      'data-in-use',
      { message: `${holder} is using ${directory}. Stop it first.`, directory, pid },
      { cause: error },
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  const release = () => lock.close();
  return { release, [Symbol.dispose]: release };
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
