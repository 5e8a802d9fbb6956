import { type CommandResult, runOk } from './run-command.ts';

/** An rclone remote called `node:` that stands for one DAV folder. */
export interface RcloneRemote {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Describes a DAV folder to rclone by its environment; nothing is written to a configuration file. */
export async function rcloneRemote(parts: {
  readonly program: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly vendor: 'nextcloud' | 'owncloud' | 'other';
  readonly home: string;
}): Promise<RcloneRemote> {
  const { program, url, user, password, vendor, home } = parts;
  const { stdout } = await runOk(program, ['obscure', password]);
  return {
    program,
    env: {
      HOME: home,
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_NODE_TYPE: 'webdav',
      RCLONE_CONFIG_NODE_URL: url,
      RCLONE_CONFIG_NODE_VENDOR: vendor,
      RCLONE_CONFIG_NODE_USER: user,
      RCLONE_CONFIG_NODE_PASS: stdout.trim(),
    },
  };
}

/** Runs rclone and rejects unless it ends well. */
export function rclone(
  remote: RcloneRemote,
  args: readonly string[],
  timeout = 300_000,
): Promise<CommandResult> {
  return runOk(remote.program, [...args, '--retries', '1'], { env: remote.env, timeout });
}
