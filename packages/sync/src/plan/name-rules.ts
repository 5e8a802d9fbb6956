/** What names one side can hold. */
export interface NameRules {
  /** Characters that cannot stand in a name. */
  readonly forbidden: RegExp | undefined;
  /** Names that cannot be used whatever their case, with or without an extension: `CON`, `NUL`, `COM1`. */
  readonly reserved: boolean;
  /** A name cannot end in a dot or a space. */
  readonly noTrailingDotOrSpace: boolean;
  /** Longest name in bytes of UTF-8. */
  readonly maxBytes: number;
  /** `a` and `A` are the same name. */
  readonly ignoresCase: boolean;
}

/** What Linux and our own node hold. */
export const posixNames: NameRules = {
  forbidden: undefined,
  reserved: false,
  noTrailingDotOrSpace: false,
  maxBytes: 255,
  ignoresCase: false,
};

/** What Windows holds. */
export const windowsNames: NameRules = {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Windows refuses
  forbidden: /[\u0000-\u001f<>:"\\|?*]/g,
  reserved: true,
  noTrailingDotOrSpace: true,
  maxBytes: 255,
  ignoresCase: true,
};

/** What macOS holds by default. */
export const macNames: NameRules = { ...posixNames, forbidden: /:/g, ignoresCase: true };

const reservedName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const encoder = new TextEncoder();

/**
 * `name` as a side with these rules can hold it: unchanged where it can, otherwise with what cannot stand there
 * as `%XX` of its UTF-8 bytes, so that it stays readable and unique. Undefined when it cannot be held at all:
 * too long, empty, `.`, `..`, or with a slash or NUL in it.
 */
export function mapName(name: string, rules: NameRules): string | undefined {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    return undefined;
  let out = name;
  if (rules.forbidden !== undefined) out = out.replace(rules.forbidden, percent);
  if (rules.noTrailingDotOrSpace) out = out.replace(/[. ]$/, percent);
  if (rules.reserved && reservedName.test(out)) out = percent(out.slice(0, 1)) + out.slice(1);
  if (out.length > rules.maxBytes) return undefined;
  return isAscii(out) || encoder.encode(out).length <= rules.maxBytes ? out : undefined;
}

function percent(text: string): string {
  return Array.from(
    encoder.encode(text),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** The form in which names are compared: two names with the same one cannot be in one folder on both sides. */
export function foldName(name: string, ignoresCase: boolean): string {
  // Names are nearly always ASCII, which is normal already.
  const normal = isAscii(name) ? name : name.normalize('NFC');
  return ignoresCase ? normal.toLowerCase().normalize('NFC') : normal;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/**
 * Name of a conflict copy: `a (conflict 2026-11-23 175500).txt`, numbered from the second on. Shortened in the
 * middle where the result would be longer than `maxBytes`.
 */
export function conflictName(name: string, stamp: string, count: number, maxBytes: number): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const extension = dot > 0 ? name.slice(dot) : '';
  const marker = ` (conflict ${stamp}${count > 1 ? ` ${count}` : ''})`;
  const room = maxBytes - encoder.encode(marker + extension).length;
  if (room > 0) return cutTo(stem, room) + marker + extension;
  return cutTo(name, maxBytes - encoder.encode(marker).length) + marker;
}

function cutTo(text: string, bytes: number): string {
  if (encoder.encode(text).length <= bytes) return text;
  let out = '';
  let used = 0;
  for (const character of text) {
    used += encoder.encode(character).length;
    if (used > bytes) break;
    out += character;
  }
  return out;
}
