import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Folder } from './folder.ts';
import { openFolder } from './index.ts';

let base = '';
let root = '';
let folder: Folder;
const plain = { mtime: { s: 1_000_000_000, ns: 0 }, executable: false };

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-place-'));
  root = join(base, 'root');
  mkdirSync(root);
  folder = await openFolder({
    root,
    historyDir: join(base, 'history'),
    clock: systemClock,
    random: systemRandom,
  });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const stage = (text: string) => folder.stage(Buffer.from(text));

describe('placing many files at once', () => {
  it('each is there whole, in its folder, and told as it was placed', async () => {
    for (const name of ['x', 'y']) mkdirSync(join(root, name));
    const paths = Array.from({ length: 60 }, (_, index) => `${index % 2 === 0 ? 'x' : 'y'}/${index}`);
    const staged = await Promise.all(paths.map((path) => stage(path)));
    const placed = await Promise.all(
      staged.map((one, index) => folder.place(one, paths[index] ?? '', 'absent', plain)),
    );
    for (const [index, path] of paths.entries()) {
      expect(readFileSync(join(root, path), 'utf8')).toBe(path);
      expect(await folder.stat(path)).toEqual(placed[index]);
      expect(await folder.hash(placed[index] ?? expect.unreachable())).toBe(staged[index]?.sha256);
    }
  });

  it('one that cannot be placed does not disturb the others', async () => {
    writeFileSync(join(root, 'b'), 'there already');
    const results = await Promise.allSettled(
      ['a', 'b', 'missing/c', 'd'].map(async (path) =>
        folder.place(await stage(path), path, 'absent', plain),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(readFileSync(join(root, 'b'), 'utf8')).toBe('there already');
    expect(results[1]).toMatchObject({ reason: { code: 'target-changed' } });
  });
});

describe('R5 an edit right after a file was placed', () => {
  const edits = {
    'in place': () => writeFileSync(join(root, 'a'), 'EDITED'),
    'by a rename over it': () => {
      writeFileSync(join(root, 'a.tmp'), 'EDITED');
      renameSync(join(root, 'a.tmp'), join(root, 'a'));
    },
  };
  for (const [how, edit] of Object.entries(edits)) {
    it(`${how} is not taken for what was placed`, async () => {
      const staged = await stage('placed');
      const placing = folder.place(staged, 'a', 'absent', plain);
      // The file has its name, and the folder is being synced.
      edit();
      const entry = await placing;
      await expect(folder.hash(entry)).rejects.toMatchObject({ code: 'target-changed' });
      expect(await folder.stat('a')).not.toEqual(entry);
    });

    it(`${how} is not taken for what has replaced another file`, async () => {
      writeFileSync(join(root, 'a'), 'before');
      const before = (await folder.stat('a')) ?? expect.unreachable();
      const entry = await folder.place(await stage('placed'), 'a', before, plain);
      edit();
      await expect(folder.hash(entry)).rejects.toMatchObject({ code: 'target-changed' });
    });
  }
});
