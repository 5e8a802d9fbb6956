import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { childEnv } from './config.ts';
import { freePort } from './free-port.ts';
import { killGroup, runOk } from './run-command.ts';
import { type TempFolder, tempFolder } from './temp-folder.ts';
import { waitUntil } from './wait-until.ts';

/** A WebDAV server by other people, on loopback, with a private configuration. */
export interface DavPeer extends AsyncDisposable {
  /** The DAV folder, without a slash at the end. */
  readonly url: string;
  /** Where the served files lie on the disk. */
  readonly files: string;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
}

/** Starts Apache with mod_dav by hand, event MPM, Basic authentication; not the system service. */
export async function apacheDav(apache: string): Promise<DavPeer> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder('apache'));
  const port = await freePort();
  const [user, password] = ['peer', 'peer-password'];
  await Promise.all(['files', 'lock', 'run'].map((name) => mkdir(folder.at(name), { recursive: true })));
  await runOk('htpasswd', ['-b', '-m', '-c', folder.at('passwd'), user, password]);
  await writeFile(folder.at('httpd.conf'), configuration(folder, port));
  // As root Apache hands its workers to another account, which must be able to come in.
  if (process.getuid?.() === 0) {
    await chmod(folder.path, 0o755);
    await Promise.all(['files', 'lock', 'run'].map((name) => chmod(folder.at(name), 0o777)));
  }
  const child = spawn(apache, ['-f', folder.at('httpd.conf'), '-DFOREGROUND'], {
    detached: true,
    env: childEnv(),
    stdio: 'ignore',
  });
  cleanup.defer(() => ended(child));
  await waitUntil('Apache to answer', () => answers(`http://127.0.0.1:${port}/`));
  const owned = cleanup.move();
  return {
    url: `http://127.0.0.1:${port}/dav`,
    files: folder.at('files'),
    user,
    password,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Whether anything answers at an address. */
export async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Ends a child with all it started, and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  killGroup(child.pid, 'SIGKILL');
  await gone;
}

function configuration(folder: TempFolder, port: number): string {
  const modules = '/usr/lib/apache2/modules';
  const names = 'mpm_event authn_core authn_file authz_core authz_user auth_basic alias dav dav_fs'.split(
    ' ',
  );
  // As root, Apache wants to be told which account serves.
  const account = process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : '';
  return `
ServerRoot ${folder.path}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder.at('run/pid')}
DefaultRuntimeDir ${folder.at('run')}
ErrorLog ${folder.at('error.log')}
${names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${account}
DavLockDB ${folder.at('lock/db')}
KeepAlive On
MaxKeepAliveRequests 0
LimitXMLRequestBody 10000000
DocumentRoot ${folder.at('run')}
Alias /dav ${folder.at('files')}
<Directory ${folder.at('files')}>
  Dav On
  AuthType Basic
  AuthName peer
  AuthUserFile ${folder.at('passwd')}
  Require valid-user
</Directory>
`;
}
