import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { answers, type DavPeer, ended } from './apache-dav.ts';
import { childEnv } from './config.ts';
import { freePort } from './free-port.ts';
import { tempFolder } from './temp-folder.ts';
import { waitUntil } from './wait-until.ts';

/** Starts `rclone serve webdav` on a folder of its own. */
export async function rcloneServe(rclone: string): Promise<DavPeer> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder('rclone-serve'));
  const port = await freePort();
  const [user, password] = ['peer', 'peer-password'];
  await mkdir(folder.at('files'));
  const child = spawn(
    rclone,
    [
      ...['serve', 'webdav', folder.at('files'), '--addr', `127.0.0.1:${port}`],
      ...['--user', user, '--pass', password, '--config', folder.at('rclone.conf'), '--dir-cache-time', '0'],
    ],
    { detached: true, env: childEnv({ HOME: folder.path }), stdio: 'ignore' },
  );
  cleanup.defer(() => ended(child));
  await waitUntil('rclone serve to answer', () => answers(`http://127.0.0.1:${port}/`));
  const owned = cleanup.move();
  return {
    url: `http://127.0.0.1:${port}`,
    files: folder.at('files'),
    user,
    password,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
