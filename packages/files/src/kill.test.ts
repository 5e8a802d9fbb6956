import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/base';
import { DiskBlobStore } from '@holdfast/blobs';
import { openDb } from '@holdfast/db';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles } from './create-files.ts';
import type { Files } from './files.ts';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bytesOf, pattern } from './testing/index.ts';
import type { Effect, KillLogLine } from './testing/write-for-ever.ts';

const rounds = 6;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Lets a process write until it has said `enough` lines, then kills it. */
async function writeAndKill(round: number, enough: number): Promise<KillLogLine[]> {
  const module = JSON.stringify(import.meta.resolve('./testing/write-for-ever.ts'));
  const code = `const { writeForEver } = await import(${module}); await writeForEver(${JSON.stringify(directory)}, ${round});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    output += chunk;
    if (output.split('\n').length > enough) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .map((line) => JSON.parse(line) as KillLogLine);
}

async function holds(files: Files, [path, size, salt]: Effect): Promise<boolean> {
  const ana = { userId: 'ana', read: true, write: true, delete: true };
  if (size < 0) return (await files.find(ana, path)) === undefined;
  if ((await files.find(ana, path))?.size !== size) return false;
  return (await bytesOf(await files.read(ana, path))).equals(pattern(size, salt));
}

describe('R19 a node that is killed', () => {
  it('has every change it acknowledged, whole, and a store without damage', {
    timeout: 120_000,
  }, async () => {
    /** What must be there, by path. */
    const acknowledged = new Map<string, Effect>();
    for (let round = 0; round < rounds; round++) {
      const tried = new Map<number, readonly Effect[]>();
      for (const { slot, effects } of await writeAndKill(round, 80 + round * 197)) {
        if (effects === undefined)
          for (const effect of tried.get(slot) ?? []) acknowledged.set(effect[0], effect);
        tried.set(slot, effects ?? []);
      }
      const db = await openDb({ path: join(directory, 'metadata.db') });
      const blobs = new DiskBlobStore(join(directory, 'blobs'));
      const files = await createFiles({ db, blobs });
      expect((await checkStore({ db, blobs })).findings).toEqual([]);
      // What was begun and not acknowledged has happened whole or not at all.
      for (const effects of tried.values()) {
        const happened = await Promise.all(effects.map((effect) => holds(files, effect)));
        if (!happened.includes(true) || happened.includes(false)) continue;
        for (const effect of effects) acknowledged.set(effect[0], effect);
      }
      const lost: Effect[] = [];
      for (const effect of acknowledged.values()) if (!(await holds(files, effect))) lost.push(effect);
      expect(lost).toEqual([]);
      await collectGarbage({ db, blobs, clock: systemClock, graceMs: 0 });
      expect((await checkStore({ db, blobs })).findings).toEqual([]);
      await db.close();
    }
  });
});
