import type { FakePair } from './fake-pair.ts';

/** Brings a pair into sync, and then lets people on both sides do something of every kind. */
export async function busyDay(world: FakePair): Promise<void> {
  const disk = world.folder.disk;
  const { server } = world.remote;
  for (const name of ['edit', 'both', 'gone', 'lost', 'move', 'touch', 'swap1', 'swap2', 'save']) {
    disk.write(`f/${name}`, `${name} at first`);
  }
  for (const name of ['1', '2', '3']) disk.write(`dir/sub/${name}`, `dir ${name}`);
  for (const name of ['1', '2']) disk.write(`old/${name}`, `old ${name}`);
  disk.write('outer/inner/x', 'x');
  await world.sync();
  world.clock.advance(60_000);

  disk.write('f/edit', 'edited here');
  disk.write('f/both', 'both here');
  server.write('f/both', 'both there, longer');
  disk.remove('f/gone');
  server.remove('f/lost');
  disk.move('f/move', 'dir/moved');
  disk.write('f/touch', 'touch at first');
  disk.move('f/swap1', 'f/x');
  disk.move('f/swap2', 'f/swap1');
  disk.move('f/x', 'f/swap2');
  disk.write('f/save.tmp', 'saved by writing beside');
  disk.move('f/save.tmp', 'f/save');
  disk.move('dir/sub', 'renamed');
  server.write('dir/sub/4', 'new in a renamed folder');
  disk.write('old/1', 'edited in a folder that goes');
  server.remove('old');
  server.move('outer/inner', 'inner');
  server.write('new/there', 'new there');
  disk.write('new/here', 'new here');
  disk.write('same', 'equal bytes');
  server.write('same', 'equal bytes');
}

/** Everything people have written and not removed or replaced themselves. */
export const mustRemain = [
  'edited here',
  'both here',
  'both there, longer',
  'move at first',
  'touch at first',
  'swap1 at first',
  'swap2 at first',
  'saved by writing beside',
  'dir 1',
  'dir 2',
  'dir 3',
  'new in a renamed folder',
  'edited in a folder that goes',
  'x',
  'new there',
  'new here',
  'equal bytes',
] as const;

/** What is not there at the end, because it was removed on one side and left alone on the other. */
export const mustBeGone = ['gone at first', 'lost at first', 'old 2'] as const;
