import { compileName, type NameTest } from './name-pattern.ts';
import { compilePath, type PathTest } from './path-pattern.ts';

/** One line of a file of rules. */
export interface Rule {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The line brings back what an earlier one leaves out. */
  readonly negated: boolean;
  readonly folderOnly: boolean;
  /** Of the last name alone, or of the whole path below the folder of the file. */
  readonly name: NameTest | undefined;
  readonly path: PathTest | undefined;
}

/** The rules of one file, and what cannot be used of it. */
export interface RuleFile {
  readonly rules: readonly Rule[];
  /** Sentences for people. */
  readonly complaints: readonly string[];
}

/** A file of rules is read up to here, in bytes, lines and characters of a line. */
export const mostRuleBytes = 256 * 1024;
const mostRules = 2000;
const longestRule = 1024;

/**
 * Reads rules as git does (gitignore(5)). Case counts, on every system, so that one file means the same everywhere;
 * composed and decomposed letters are the same. What cannot be used is told and the rest holds.
 */
export function parseRules(bytes: Uint8Array): RuleFile {
  const complaints: string[] = [];
  const tooBig = bytes.byteLength > mostRuleBytes;
  if (tooBig) complaints.push(`It is larger than ${mostRuleBytes / 1024} KiB: only the beginning is used.`);
  const text = decode(tooBig ? bytes.subarray(0, mostRuleBytes) : bytes);
  if (text === undefined) return { rules: [], complaints: ['It is not a text file in UTF-8.'] };
  const lines = text.split('\n');
  if (tooBig) lines.pop();
  const rules: Rule[] = [];
  for (const [index, line] of lines.entries()) {
    if (rules.length === mostRules) {
      complaints.push(`It has more than ${mostRules} rules: those from line ${index + 1} on are not used.`);
      break;
    }
    const rule = parseRule(line.replace(/\r$/, ''), index + 1);
    if (typeof rule === 'string') complaints.push(rule);
    else if (rule !== undefined) rules.push(rule);
  }
  return { rules, complaints };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    // What was cut in the middle of a character is no reason to refuse the rest.
    return bytes.byteLength === mostRuleBytes ? new TextDecoder().decode(bytes) : undefined;
  }
}

/** A rule; a sentence for one that cannot be used; undefined for a line without one. */
function parseRule(line: string, number: number): Rule | string | undefined {
  const text = withoutTrailingSpaces(line);
  if (text === '' || text.startsWith('#')) return undefined;
  if (text.length > longestRule) return `Line ${number} is too long to be a rule.`;
  const negated = text.startsWith('!');
  let pattern = (negated ? text.slice(1) : text).normalize('NFC');
  const folderOnly = pattern.endsWith('/');
  if (folderOnly) pattern = pattern.slice(0, -1);
  const slash = pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return undefined;
  const name = slash ? undefined : compileName(pattern);
  const path = slash ? compilePath(pattern) : undefined;
  if (name === undefined && path === undefined) return `Line ${number} is no rule: ${text}`;
  return { line: number, text, negated, folderOnly, name, path };
}

/** Trailing spaces count only where they are escaped. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && !isEscaped(line, end - 1)) end -= 1;
  return line.slice(0, end);
}

function isEscaped(line: string, at: number): boolean {
  let count = 0;
  while (line[at - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

/** The last rule that fits decides. `names` lead from the folder of the file to what is asked about, in NFC. */
export function lastFit(rules: readonly Rule[], names: readonly string[], folder: boolean): Rule | undefined {
  const name = names.at(-1) ?? '';
  for (let at = rules.length - 1; at >= 0; at -= 1) {
    const rule = rules[at];
    if (rule === undefined || (rule.folderOnly && !folder)) continue;
    if (rule.name?.(name) === true || rule.path?.(names) === true) return rule;
  }
  return undefined;
}
