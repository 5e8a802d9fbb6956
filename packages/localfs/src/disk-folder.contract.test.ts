import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { afterEach, describe, it } from 'vitest';
import { openFolder } from './open-folder.ts';
import { folderContract } from './testing/index.ts';

let base = '';
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('DiskFolder keeps the port', () => {
  for (const promise of folderContract) {
    it(promise.name, async () => {
      base = mkdtempSync(join(tmpdir(), 'holdfast-folder-'));
      const root = join(base, 'root');
      const historyDir = join(base, 'history');
      mkdirSync(root);
      const folder = await openFolder({ root, historyDir, clock: systemClock, random: systemRandom });
      const write = (path: string, text: string) => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      };
      await promise.run({
        folder,
        write,
        mkdir: (path) => void mkdirSync(join(root, path), { recursive: true }),
        move: (from, to) => renameSync(join(root, from), join(root, to)),
        remove: (path) => rmSync(join(root, path), { recursive: true }),
        read: (path) => (exists(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
        history: () => filesBelow(historyDir).map((path) => readFileSync(path, 'utf8')),
        stagedCount: () => filesBelow(root).filter((path) => path.includes('.holdfast-stage-')).length,
      });
    });
  }
});

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function filesBelow(folder: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
