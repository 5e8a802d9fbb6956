// The thread behind content-watch.ts.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const { roots, ignorePrefix } = workerData as { roots: string[]; ignorePrefix: string };
const seen = new Map<string, string>();
/** What was read last under a path: inode, size and times tell whether it must be read again. */
const read = new Map<string, string>();
let finished = false;

function look(folder: string): void {
  for (const entry of quietly(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    if (entry.name.startsWith(ignorePrefix)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) look(path);
    else quietly(() => lookAt(path));
  }
}

function lookAt(path: string): void {
  const stat = lstatSync(path, { bigint: true });
  const version = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  if (read.get(path) === version) return;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (!seen.has(hash)) seen.set(hash, path);
  read.set(path, version);
}

/** Files come and go while they are looked at. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function round(): void {
  for (const root of roots) look(root);
  if (finished) parentPort?.postMessage(seen);
  else setTimeout(round, 3);
}

parentPort?.on('message', () => {
  finished = true;
});
round();
