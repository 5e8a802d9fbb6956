import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DirectorySync } from './directory-sync.ts';

/** Makes a folder and what is missing above it; resolves when they are durable. Private to this user. */
export async function makeDurableFolders(path: string, sync: DirectorySync): Promise<void> {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(first);
  for (let at = dirname(path); ; at = dirname(at)) {
    await sync.sync(at);
    if (at === top || at === dirname(at)) return;
  }
}
