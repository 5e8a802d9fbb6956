import { compileName } from './name-pattern.ts';

/** What is left out unless a rule of the user's own brings it back, with the reason. */
export interface DefaultRule {
  /** A gitignore pattern without slashes but at the end; case does not count. */
  readonly pattern: string;
  readonly reason: string;
}

const groups: Readonly<Record<string, readonly string[]>> = {
  'a half-written or backup copy of an editor': ['.*.sw?', '*~', '.#*', '#*#', '*.kate-swp'],
  'an owner or lock file of an office program': ['~$*', '.~lock.*#', '*.laccdb'],
  'bookkeeping of another sync program': [
    '.stfolder/',
    '.stversions/',
    '.syncthing.*.tmp',
    '~syncthing~*.tmp',
    '.unison*.unison.tmp',
    '.dropbox',
    '.dropbox.cache/',
    '.dropbox.attr',
  ],
  'a temporary file': ['*.tmp', '.goutputstream-*', '.~tmp~/', '.fuse_hidden*', '.nfs????????*'],
  'a download that is not complete': [
    '*.part',
    '*.filepart',
    '*.partial',
    '*.crdownload',
    '*.download/',
    '*.opdownload',
  ],
  'written by a file manager for its own use': [
    '.DS_Store',
    '._*',
    '.localized',
    'Icon\r',
    'Thumbs.db',
    'Thumbs.db:encryptable',
    'ehthumbs.db',
    'desktop.ini',
    '.directory',
  ],
  "the system's own, of one disk alone": [
    '.Trash',
    '.Trash-*/',
    '.Trashes/',
    '$RECYCLE.BIN/',
    'System Volume Information/',
    '.Spotlight-V100/',
    '.fseventsd/',
    '.TemporaryItems/',
    '.DocumentRevisions-V100/',
    '.AppleDouble/',
    '.apdisk',
    'lost+found/',
  ],
};

/** The built-in rules, in the order of their groups. */
export const defaultRules: readonly DefaultRule[] = Object.entries(groups).flatMap(([reason, patterns]) =>
  patterns.map((pattern) => ({ pattern, reason })),
);

/** Folders that are large and can be made again from what is beside them. Offered, and never left out unasked. */
export const offeredFolders: ReadonlySet<string> = new Set(['node_modules']);

const compiled = defaultRules.flatMap((rule) => {
  const folderOnly = rule.pattern.endsWith('/');
  const test = compileName((folderOnly ? rule.pattern.slice(0, -1) : rule.pattern).toLowerCase());
  return test === undefined ? [] : [{ rule, folderOnly, test }];
});

/** The built-in rule that leaves out `name`. */
export function defaultRuleFor(name: string, folder: boolean): DefaultRule | undefined {
  const lower = name.toLowerCase();
  return compiled.find(({ folderOnly, test }) => (folder || !folderOnly) && test(lower))?.rule;
}
