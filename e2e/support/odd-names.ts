/**
 * Names that a Linux file system holds and that have broken clients or servers before. All are valid UTF-8;
 * none differs from another in case or normalisation alone.
 */
export const oddNames: readonly string[] = [
  'with space',
  ' leading space',
  'two  spaces',
  'Grüße aus Köln.txt',
  'caf\u0065\u0301 decomposed.txt',
  '日本語のファイル.txt',
  'عربى.txt',
  '👩‍👩‍👧‍👦 family 🎉.png',
  '100%.txt',
  '%41 is not A.txt',
  '%2F.txt',
  'a#b.html',
  'what?.txt',
  'q?x=1&y=2',
  'a&b.txt',
  'a+b.txt',
  'a;b=c,d.txt',
  'semi:colon',
  '@at.txt',
  '.hidden',
  '..two dots',
  '...',
  "quote's.txt",
  'double"quote.txt',
  'back\\slash.txt',
  '<angle>.txt',
  'pipe|star*.txt',
  '[brackets]{braces}.txt',
  '$HOME`id`.txt',
  '!bang.txt',
  '~tilde.txt',
  '-rf',
  '=equals',
  'nul.txt',
  'COM1',
  `${'long'.repeat(55)}.txt`,
  'ü'.repeat(110),
];

/** Characters that Windows forbids, which some clients refuse on every system. */
const windowsForbidden = /["\\:<>|*?]/;

/** Names that nextcloudcmd 3.7 is willing to sync (with hidden files switched on). */
export function nextcloudAccepts(name: string): boolean {
  return !windowsForbidden.test(name) && !name.startsWith(' ') && !/^~|~$|^\.\.?$/.test(name);
}
