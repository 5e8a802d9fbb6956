import { manualClock } from '@holdfast/base/testing';
import { describe, it } from 'vitest';
import { folderContract } from './folder-contract.ts';
import { MemoryFolder } from './memory-folder.ts';

describe.each([true, false])('MemoryFolder keeps the port (case-sensitive: %s)', (caseSensitive) => {
  for (const promise of folderContract) {
    it(promise.name, async () => {
      const folder = new MemoryFolder({ clock: manualClock(), caseSensitive });
      const { disk } = folder;
      await promise.run({
        folder,
        write: (path, text) => disk.write(path, text),
        mkdir: (path) => disk.mkdir(path),
        move: (from, to) => disk.move(from, to),
        remove: (path) => disk.remove(path),
        read: (path) => disk.read(path),
        history: () => folder.history.map((entry) => new TextDecoder().decode(entry.bytes)),
        stagedCount: () => folder.stagedCount,
      });
    });
  }
});
