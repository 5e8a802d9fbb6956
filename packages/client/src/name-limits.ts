import { field } from './json-field.ts';
import type { NameLimits } from './remote.ts';

/** More than this no server means. */
const most = 1_000;

/**
 * The names that capabilities (values of unknown shape) forbid: `files.forbidden_filename*` from Nextcloud 30 on,
 * `files.blacklisted_files` before. Undefined when nothing is forbidden that any server could hold.
 */
export function nameLimitsIn(capabilities: unknown): NameLimits | undefined {
  const files = field(capabilities, 'files');
  const list = (name: string) => textsIn(field(files, name));
  const names = [...list('forbidden_filenames'), ...list('blacklisted_files')];
  const limits: NameLimits = {
    // A slash divides names on every server.
    characters: [...new Set(list('forbidden_filename_characters'))].filter((one) => one !== '/').join(''),
    names: lowerCase(names),
    basenames: lowerCase(list('forbidden_filename_basenames')),
    extensions: lowerCase(list('forbidden_filename_extensions')),
    windows: false,
  };
  const { characters, basenames, extensions } = limits;
  const none = characters === '' && [limits.names, basenames, extensions].every((each) => each.length === 0);
  return none ? undefined : limits;
}

/** What Windows refuses. */
export const windowsNameLimits: NameLimits = {
  characters: '<>:"|?*\\',
  names: [],
  basenames: [],
  extensions: [],
  windows: true,
};

function textsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is string => typeof one === 'string' && one !== '').slice(0, most);
}

function lowerCase(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map((text) => text.toLowerCase()))];
}
