import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { childEnv } from './config.ts';
import { requireTool } from './require-tool.ts';
import { runCommand } from './run-command.ts';
import type { TempFolder } from './temp-folder.ts';
import { waitUntil } from './wait-until.ts';

/** A session bus of its own with a throw-away keyring, as a desktop has them. */
export interface PrivateKeyring extends AsyncDisposable {
  /** For commands that are to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts the keyring: `unlocked` as after signing in with the password, otherwise as after signing in without. */
  start(how: 'unlocked' | 'locked'): Promise<void>;
  /** Ends the keyring; its file stays. */
  end(): Promise<void>;
  /** Lets it answer nobody, until it goes on. */
  freeze(): void;
  thaw(): void;
}

/** No service is started by the bus: what is not running is not there. */
const busConfig = (
  folder: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** Starts the bus. The keyring is started by `start`. */
export async function privateKeyring(context: TestContext, folder: TempFolder): Promise<PrivateKeyring> {
  const programs = {
    bus: requireTool(context, 'dbus-daemon'),
    send: requireTool(context, 'dbus-send'),
    keyring: requireTool(context, 'gnome-keyring-daemon'),
  };
  const root = folder.at('keyring');
  for (const name of ['', '/home', '/data', '/run']) mkdirSync(`${root}${name}`, { mode: 0o700 });
  writeFileSync(`${root}/bus.conf`, busConfig(root));
  const env = {
    HOME: `${root}/home`,
    XDG_DATA_HOME: `${root}/data`,
    XDG_RUNTIME_DIR: `${root}/run`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${root}/bus`,
    DISPLAY: '',
  };
  const begin = (program: string, args: readonly string[]) =>
    spawn(program, args, { env: childEnv(env), stdio: ['pipe', 'ignore', 'ignore'] });
  const ask = (method: string, ...args: readonly string[]) =>
    runCommand(
      programs.send,
      [
        '--session',
        '--print-reply=literal',
        '--dest=org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        method,
        ...args,
      ],
      { env },
    );
  const bus = begin(programs.bus, [`--config-file=${root}/bus.conf`, '--nofork', '--nopidfile']);
  await waitUntil('the bus', async () => (await ask('org.freedesktop.DBus.GetId')).code === 0);
  let keyring: ChildProcess | undefined;
  const end = async () => {
    await endOf(keyring);
    keyring = undefined;
  };
  return {
    env,
    end,
    start: async (how) => {
      await end();
      const args = ['--foreground', '--components=secrets', `--control-directory=${root}/run/keyring`];
      keyring = begin(programs.keyring, how === 'unlocked' ? ['--unlock', ...args] : args);
      keyring.stdin?.end(how === 'unlocked' ? 'a password' : '');
      const owned = () => ask('org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets');
      await waitUntil('the keyring', async () => (await owned()).stdout.includes('true'));
    },
    freeze: () => keyring?.kill('SIGSTOP'),
    thaw: () => keyring?.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await end();
      await endOf(bus);
    },
  };
}

async function endOf(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
