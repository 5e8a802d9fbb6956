import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, runOk } from './run-command.ts';

/** Where cadaver goes and as whom. */
export interface CadaverTarget {
  readonly program: string;
  /** The DAV folder, without a slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Folder for its `.netrc`. */
  readonly home: string;
  /** Local folder that it puts from and gets into. */
  readonly local: string;
}

/** Types the lines into cadaver and resolves when it has ended. Commands that failed are only told in its output. */
export async function cadaver(
  target: CadaverTarget,
  lines: readonly string[],
  timeout = 300_000,
): Promise<CommandResult> {
  const { program, url, user, password, home, local } = target;
  await mkdir(home, { recursive: true });
  const machine = new URL(url).hostname;
  await writeFile(join(home, '.netrc'), `machine ${machine}\nlogin ${user}\npassword ${password}\n`, {
    mode: 0o600,
  });
  return await runOk(program, [`${url}/`], {
    cwd: local,
    env: { HOME: home, LANG: 'C.UTF-8' },
    input: `${[...lines, 'quit'].join('\n')}\n`,
    timeout,
  });
}

/** The lines that put everything below a local folder onto the server. */
export function putTreeLines(root: string): string[] {
  const folders: string[] = [];
  const files: string[] = [];
  const walk = (path: string) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        folders.push(inner);
        walk(inner);
      } else files.push(inner);
    }
  };
  walk('');
  return [
    ...folders.map((path) => `mkcol ${quoted(path)}`),
    ...files.map((path) => `put ${quoted(path)} ${quoted(path)}`),
  ];
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
