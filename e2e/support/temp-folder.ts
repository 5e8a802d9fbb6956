import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed, with all below, when it is disposed of. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** A path inside; nothing is made. */
  at(...names: string[]): string;
}

/** Makes a new empty folder under the system's temporary folder. */
export async function tempFolder(label = 'e2e'): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), `holdfast-${label}-`));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
