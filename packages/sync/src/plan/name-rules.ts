import type { RemoteProfile } from '@holdfast/client';

/** What names one side can hold. */
export interface NameRules {
  /** Characters that cannot stand in a name. */
  readonly forbidden: RegExp | undefined;
  /** Names that cannot be used whatever their case, with or without an extension: `CON`, `NUL`, `COM1`. */
  readonly reserved: boolean;
  /** A name cannot end in a dot or a space. */
  readonly noTrailingDotOrSpace: boolean;
  /** Longest name in bytes of UTF-8, and in units of UTF-16; infinite where the other one counts. */
  readonly maxBytes: number;
  readonly maxUnits: number;
  /** `a` and `A` are the same name. */
  readonly ignoresCase: boolean;
  /** What a server refuses besides; all in lower case. */
  readonly refused?: {
    readonly names: ReadonlySet<string>;
    /** Names without their extension. */
    readonly basenames: ReadonlySet<string>;
    /** With their dot. */
    readonly extensions: readonly string[];
  };
}

/** What Linux and our own node hold. */
export const posixNames: NameRules = {
  forbidden: undefined,
  reserved: false,
  noTrailingDotOrSpace: false,
  maxBytes: 255,
  maxUnits: Number.POSITIVE_INFINITY,
  ignoresCase: false,
};

/** What Windows holds. */
export const windowsNames: NameRules = {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Windows refuses
  forbidden: /[\u0000-\u001f<>:"\\|?*]/g,
  reserved: true,
  noTrailingDotOrSpace: true,
  maxBytes: Number.POSITIVE_INFINITY,
  maxUnits: 255,
  ignoresCase: true,
};

/** What macOS holds by default. */
export const macNames: NameRules = {
  ...windowsNames,
  forbidden: /:/g,
  reserved: false,
  noTrailingDotOrSpace: false,
};

/** What a server with these limits holds; what our own node does where there are none. */
export function rulesOfServer(limits: RemoteProfile['names']): NameRules {
  if (limits === undefined) return posixNames;
  const { characters, names, basenames, extensions, windows } = limits;
  const escaped = characters.replace(/[\\\]^-]/g, '\\$&');
  return {
    ...posixNames,
    ...(windows ? { ...windowsNames, maxBytes: 255 } : {}),
    forbidden:
      characters === '' ? (windows ? windowsNames.forbidden : undefined) : new RegExp(`[${escaped}]`, 'gu'),
    refused: { names: new Set(names), basenames: new Set(basenames), extensions },
  };
}

const reservedName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const encoder = new TextEncoder();

/**
 * `name` as a side with these rules can hold it: unchanged where it can, otherwise with what cannot stand there
 * as `%XX` of its UTF-8 bytes, so that it stays readable and unique; and where it is too long, with its middle cut
 * out and a mark of the whole name in its place. Undefined when it cannot be held at all: empty, `.`, `..`, or with
 * a slash or NUL in it.
 */
export function mapName(name: string, rules: NameRules): string | undefined {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    return undefined;
  let out = name;
  if (rules.forbidden !== undefined) out = out.replace(rules.forbidden, percent);
  if (rules.noTrailingDotOrSpace) out = out.replace(/[. ]$/, percent);
  if (rules.reserved && reservedName.test(out)) out = percent(out.slice(0, 1)) + out.slice(1);
  if (rules.refused !== undefined) out = withoutRefused(out, rules.refused);
  if (!fitsIn(out, rules)) out = shorten(out, rules);
  // A server that refuses the percent sign cannot be helped.
  return rules.forbidden !== undefined && out.search(rules.forbidden) >= 0 ? undefined : out;
}

function withoutRefused(name: string, refused: NonNullable<NameRules['refused']>): string {
  const lower = name.toLowerCase();
  const dot = lower.indexOf('.');
  const basename = dot > 0 ? lower.slice(0, dot) : lower;
  const extension = refused.extensions.find((one) => lower.endsWith(one));
  let out = name;
  if (extension !== undefined) {
    const at = name.length - extension.length;
    out = name.slice(0, at) + percent(name.slice(at, at + 1)) + name.slice(at + 1);
  }
  if (!refused.names.has(lower) && !refused.basenames.has(basename)) return out;
  const [first = ''] = out;
  return first === '%' ? out : percent(first) + out.slice(first.length);
}

function fitsIn(name: string, { maxBytes, maxUnits }: NameRules): boolean {
  if (name.length > Math.min(maxBytes, maxUnits)) return false;
  return isAscii(name) || encoder.encode(name).length <= maxBytes;
}

const longestExtension = 16;

/** `The beginning of it~3f9a01c2.txt`: the same for the same name, and hardly ever for two. */
function shorten(name: string, rules: NameRules): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= longestExtension ? name.slice(dot) : '';
  const tail = `~${fnv1a(name).toString(16).padStart(8, '0')}${extension}`;
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (!fitsIn(stem + character + tail, rules)) break;
    stem += character;
  }
  return stem + tail;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
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

/** Whether two names differ at most in how their letters are composed, which a disk or server may change by itself. */
export function isSameName(a: string, b: string): boolean {
  return a === b || (!isAscii(a) && a.normalize('NFC') === b.normalize('NFC'));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/**
 * Name of a conflict copy: `a (conflict 2026-11-23 175500).txt`, numbered from the second on. Shortened in the
 * middle where the result would be longer than `maxBytes`. The copy of a copy is one of the same file.
 */
export function conflictName(name: string, stamp: string, count: number, maxBytes: number): string {
  const [stem, extension] = splitExtension(originalOfCopy(name) ?? name);
  const marker = ` (conflict ${stamp}${count > 1 ? ` ${count}` : ''})`;
  const room = maxBytes - encoder.encode(marker + extension).length;
  if (room > 0) return cutTo(stem, room) + marker + extension;
  return cutTo(name, maxBytes - encoder.encode(marker).length) + marker;
}

/** The marks of conflict copies: ours, those of Nextcloud and ownCloud, of Dropbox, and of Syncthing. */
const copyMarks = [
  / \(conflict \d{4}-\d{2}-\d{2} \d{6}(?: \d+)?\)$/,
  / \((?:[^()]{1,64} )?conflicted copy \d{4}-\d{2}-\d{2}(?: \d{6})?(?: \d+)?\)$/,
  /\.sync-conflict-\d{8}-\d{6}-[0-9A-Z]{7}$/,
];

/** The name of the file that a conflict copy is of, whoever has made it; undefined for all other names. */
export function originalOfCopy(name: string): string | undefined {
  const [stem, extension] = splitExtension(name);
  for (const mark of copyMarks) {
    const original = stem.replace(mark, '');
    if (original !== stem && original !== '') return original + extension;
    // Without an extension the last dot may be one of the mark.
    const whole = name.replace(mark, '');
    if (whole !== name && whole !== '') return whole;
  }
  return undefined;
}

function splitExtension(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
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
