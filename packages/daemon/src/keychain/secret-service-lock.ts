import { execFile } from 'node:child_process';

/** What can be told of the keychain without asking a person; `unknown` where nothing can. */
export type KeychainLock = 'ready' | 'locked' | 'missing' | 'unknown';

/** Looks whether the keychain is locked, within a second or so. Never throws. */
export type LookAtLock = () => Promise<KeychainLock>;

const limitMs = 3000;
const question = [
  ...['--session', '--print-reply=literal', `--reply-timeout=${limitMs}`],
  ...['--dest=org.freedesktop.secrets', '/org/freedesktop/secrets/aliases/default'],
  'org.freedesktop.DBus.Properties.Get',
  'string:org.freedesktop.Secret.Collection',
  'string:Locked',
];

/**
 * Asks the Secret Service of a Linux desktop for the `Locked` property of its default collection (Secret Service API
 * draft 0.2), which is the only way to know without a prompt: the library says `null` for "locked" and for "not
 * there". Other systems answer for themselves.
 */
export function lookAtSecretService(platform: string, program = 'dbus-send'): LookAtLock {
  if (platform !== 'linux') return async () => 'unknown';
  return () =>
    new Promise((resolve) => {
      execFile(
        program,
        question,
        { timeout: limitMs + 1000, killSignal: 'SIGKILL' },
        (error, stdout, stderr) => {
          if (error === null) resolve(readLock(stdout));
          else if (error.code === 'ENOENT') resolve('unknown');
          else if (error.killed === true || /NoReply|Timeout/.test(stderr)) resolve('locked');
          else resolve('missing');
        },
      );
    });
}

function readLock(answer: string): KeychainLock {
  if (/boolean\s+true/.test(answer)) return 'locked';
  return /boolean\s+false/.test(answer) ? 'ready' : 'unknown';
}
