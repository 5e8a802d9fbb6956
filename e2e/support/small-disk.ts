import { mkdir } from 'node:fs/promises';
import { runCommand, runOk } from './run-command.ts';
import { tempFolder } from './temp-folder.ts';

/** A file system of its own with little room. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
}

/** Mounts a disk in memory with room for `megabytes`; the reason as text where that is not possible. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'filling a disk needs root on Linux, to mount a small one';
  }
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder('small-disk'));
  const path = folder.at('disk');
  await mkdir(path);
  const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  if (mounted.code !== 0) return `mounting a small disk is not allowed here: ${mounted.stderr.trim()}`;
  cleanup.defer(async () => {
    await runOk('umount', ['-l', path]);
  });
  const owned = cleanup.move();
  return { path, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
