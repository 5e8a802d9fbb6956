import { describe, expect, it } from 'vitest';
import { defaultRuleFor } from './default-rules.ts';
import { lastFit, parseRules } from './rule-file.ts';

const parse = (text: string) => parseRules(new TextEncoder().encode(text));

/** Whether rules leave out a path, with all folders above looked at first, as a walk does. */
function leavesOut(text: string, path: string): boolean {
  const { rules } = parse(text);
  const isFolder = path.endsWith('/');
  const names = (isFolder ? path.slice(0, -1) : path).split('/');
  return names.some((_, at) => {
    const rule = lastFit(rules, names.slice(0, at + 1), at < names.length - 1 || isFolder);
    return rule !== undefined && !rule.negated;
  });
}

describe('rules as git reads them', () => {
  it.each([
    ['*.tmp', 'a.tmp', true],
    ['*.tmp', 'deep/down/a.tmp', true],
    ['*.tmp', 'a.tmp.txt', false],
    ['*.TMP', 'a.tmp', false],
    ['build/', 'build/', true],
    ['build/', 'build', false],
    ['build/', 'src/build/x.o', true],
    ['/build', 'build/x', true],
    ['/build', 'src/build', false],
    ['src/*.o', 'src/a.o', true],
    ['src/*.o', 'src/deep/a.o', false],
    ['src/**/a.o', 'src/a.o', true],
    ['src/**/a.o', 'src/x/y/a.o', true],
    ['**/logs', 'a/b/logs/today', true],
    ['**/logs/debug.log', 'logs/debug.log', true],
    ['logs/**', 'logs/', false],
    ['logs/**', 'logs/a/b', true],
    ['a**b', 'axxb', true],
    ['a**b', 'ax/xb', false],
    ['*.log\n!keep.log', 'keep.log', false],
    ['*.log\n!keep.log', 'a/keep.log', false],
    ['out/\n!out/keep', 'out/keep', true],
    ['out/*\n!out/keep', 'out/keep', false],
    ['!*.log\n*.log', 'a.log', true],
    ['# no rule', '# no rule', false],
    ['\\#yes', '#yes', true],
    ['\\!yes', '!yes', true],
    ['a.txt   ', 'a.txt', true],
    ['a\\ ', 'a ', true],
    ['a.txt\r', 'a.txt', true],
    ['\u{feff}a.txt', 'a.txt', true],
    ['?.txt', 'a.txt', true],
    ['?.txt', '😀.txt', true],
    ['?.txt', 'ab.txt', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]]x', ']x', true],
    ['[[:digit:]]*', '7 wonders', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['caf\u00e9', 'cafe\u0301', true],
    ['/', 'a', false],
    ['//', 'a', false],
  ])('%j and %j: %s', (rules, path, expected) => {
    expect(leavesOut(rules, path.normalize('NFC'))).toBe(expected);
  });

  it('tell which line it was', () => {
    const { rules } = parse('# first\n\n*.o\n*.tmp\n');
    expect(lastFit(rules, ['a.tmp'], false)).toMatchObject({ line: 4, text: '*.tmp' });
  });
});

describe('bad rules', () => {
  it.each(['[a', 'a\\', '[[:alpha:]', `${'x'.repeat(2000)}`])('%j is told, and the others hold', (bad) => {
    const { rules, complaints } = parse(`*.a\n${bad}\n*.b`);
    expect(rules.map(({ text }) => text)).toEqual(['*.a', '*.b']);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('Line 2');
  });

  it('too many lines, too many bytes, and what is no text are told', () => {
    const many = parse('*.a\n'.repeat(5000));
    expect([many.rules.length, many.complaints.length]).toEqual([2000, 1]);
    const large = parseRules(new TextEncoder().encode(`*.a\n${'# much to say\n'.repeat(30_000)}*.b\n`));
    expect([large.rules.length, large.complaints.length]).toEqual([1, 1]);
    const cut = parseRules(new TextEncoder().encode(`*.a\n${'ü'.repeat(200_000)}`));
    expect([cut.rules.length, cut.complaints.length]).toEqual([1, 1]);
    for (const bytes of [
      Uint8Array.of(0xff, 0xfe, 0x2a, 0),
      Uint8Array.of(0x2a, 0, 0x0a),
      Uint8Array.of(0xc3),
    ]) {
      expect(parseRules(bytes)).toEqual({ rules: [], complaints: ['It is not a text file in UTF-8.'] });
    }
    expect(parseRules(new Uint8Array())).toEqual({ rules: [], complaints: [] });
  });

  it('made to be slow are not', () => {
    const names = ['a'.repeat(255)];
    const path = 'a/'.repeat(400).split('/').slice(0, -1);
    const slow = [
      '*a'.repeat(100).concat('b'),
      '?*'.repeat(100).concat('b'),
      `${'**/a/'.repeat(200)}b`,
      '[a-z]*'.repeat(60).concat('Z'),
    ];
    const { rules } = parse(Array.from({ length: 40 }, (_, at) => slow[at % slow.length]).join('\n'));
    expect(rules).toHaveLength(40);
    const before = performance.now();
    for (let count = 0; count < 20; count += 1) {
      expect(lastFit(rules, names, false)).toBeUndefined();
      expect(lastFit(rules, path, false)).toBeUndefined();
    }
    // With backtracking this would not end in a lifetime.
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});

describe('built-in rules', () => {
  it.each([
    '.DS_Store',
    'THUMBS.DB',
    'desktop.ini',
    '~$letter.docx',
    '.~lock.letter.odt#',
    '.letter.txt.swp',
    'letter.txt~',
    'a.tmp',
    'film.mkv.part',
    'film.crdownload',
    '._photo.jpg',
    '.nfs000000000abc',
  ])('leave out the file %s', (name) => {
    expect(defaultRuleFor(name, false)).toBeDefined();
  });

  it.each(['.Trash-1000', 'lost+found', '$RECYCLE.BIN', 'System Volume Information'])(
    'leave out the folder %s',
    (name) => {
      expect(defaultRuleFor(name, true)).toBeDefined();
      expect(name === 'lost+found' ? defaultRuleFor(name, false) : undefined).toBeUndefined();
    },
  );

  it.each([
    'node_modules',
    '.git',
    '.config',
    'part',
    'tmp',
    'temp',
    'Trash',
    'desktop',
    '4913',
    'a.swp.txt',
    '~',
    'backup',
    'notes#1',
  ])('do not leave out %s', (name) => {
    if (name !== '~') expect(defaultRuleFor(name, false)).toBeUndefined();
    expect(defaultRuleFor(name, true) === undefined || name === '~').toBe(true);
  });
});
