import { compileName, type NameTest } from './name-pattern.ts';

/** Whether a path fits, given as its names from the folder of the rule down. */
export type PathTest = (names: readonly string[]) => boolean;

const anyDepth = Symbol('any depth');
type Segment = NameTest | typeof anyDepth;

/**
 * The test of a gitignore pattern with slashes in it, which are given without the leading and the trailing one.
 * Takes time in proportion to the lengths multiplied. Undefined for one that can never fit.
 */
export function compilePath(pattern: string): PathTest | undefined {
  const segments: Segment[] = [];
  for (const text of splitAtSlashes(pattern)) {
    const segment = /^\*\*+$/.test(text) ? anyDepth : compileName(text);
    if (segment === undefined) return undefined;
    if (segment !== anyDepth || segments.at(-1) !== anyDepth) segments.push(segment);
  }
  // At the end it stands for what is inside, and not for the folder itself.
  const inside = segments.at(-1) === anyDepth;
  return (names) => fits(segments, names, inside);
}

/** As for names: only the last `**` is ever tried again. */
function fits(segments: readonly Segment[], names: readonly string[], inside: boolean): boolean {
  let at = 0;
  let segment = 0;
  let last = -1;
  let lastEnd = 0;
  while (at < names.length) {
    const wanted = segments[segment];
    if (wanted === anyDepth) {
      if (inside && segment === segments.length - 1) return true;
      last = segment;
      lastEnd = at;
      segment += 1;
    } else if (wanted?.(names[at] ?? '')) {
      at += 1;
      segment += 1;
    } else if (last >= 0) {
      lastEnd += 1;
      at = lastEnd;
      segment = last + 1;
    } else return false;
  }
  return segment === segments.length;
}

/** A slash inside a set or behind an escape separates as well: no name has one. */
function splitAtSlashes(pattern: string): string[] {
  return pattern.replaceAll('\\/', '/').split('/');
}
