import { join, resolve } from 'node:path';

/** What decides where a person's files of this product belong. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

/** The data folder when nothing names one: where the system keeps the data of programs. */
export function defaultDataFolder(surroundings: Surroundings): string {
  return systemFolder(surroundings, 'XDG_DATA_HOME', ['.local', 'share']);
}

/**
 * The folder for settings and journals of sync, which belong to this machine alone. `HOLDFAST_STATE` names another.
 */
export function defaultStateFolder(surroundings: Surroundings): string {
  const chosen = surroundings.env.HOLDFAST_STATE;
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  return systemFolder(surroundings, 'XDG_STATE_HOME', ['.local', 'state']);
}

function systemFolder(
  { env, home, platform }: Surroundings,
  xdg: string,
  fallback: readonly string[],
): string {
  const named = env[xdg];
  if (named?.startsWith('/')) return join(named, 'holdfast');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Holdfast');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Holdfast');
  return join(home, ...fallback, 'holdfast');
}
