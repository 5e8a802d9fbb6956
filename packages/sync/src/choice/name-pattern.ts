/** One step of a pattern: a character, any character, one of a set, or any number of characters. */
type Token = string | RegExp | typeof star;

const star = Symbol('star');
const anyCharacter = /./su;

/** Whether a name fits. Takes time in proportion to the lengths of name and pattern multiplied, whatever they are. */
export type NameTest = (name: string) => boolean;

/** The test of one segment of a gitignore pattern; undefined for one that can never fit (an open bracket or escape). */
export function compileName(pattern: string): NameTest | undefined {
  const tokens = readTokens(pattern);
  if (tokens === undefined) return undefined;
  const first = tokens.findIndex((token) => typeof token !== 'string');
  if (first < 0) {
    const text = tokens.join('');
    return (name) => name === text;
  }
  const last = tokens.findLastIndex((token) => typeof token !== 'string');
  const beginning = tokens.slice(0, first).join('');
  const ending = tokens.slice(last + 1).join('');
  const oneStar = first === last && tokens[first] === star;
  const shortest = beginning.length + ending.length;
  return (name) =>
    name.length >= shortest &&
    name.endsWith(ending) &&
    name.startsWith(beginning) &&
    (oneStar || fits(tokens, Array.from(name)));
}

/** Only the last star is ever tried again: what an earlier one could take, a later one can take as well. */
function fits(tokens: readonly Token[], name: readonly string[]): boolean {
  let at = 0;
  let token = 0;
  let lastStar = -1;
  let starEnd = 0;
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === star) {
      lastStar = token;
      starEnd = at;
      token += 1;
    } else if (wanted !== undefined && isOne(wanted, name[at] ?? '')) {
      at += 1;
      token += 1;
    } else if (lastStar >= 0) {
      starEnd += 1;
      at = starEnd;
      token = lastStar + 1;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest === star);
}

function isOne(token: string | RegExp, character: string): boolean {
  return typeof token === 'string' ? token === character : token.test(character);
}

function readTokens(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1) !== star) tokens.push(star);
    } else if (character === '?') tokens.push(anyCharacter);
    else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined) return undefined;
      tokens.push(escaped);
    } else if (character === '[') {
      const set = readSet(characters, at);
      if (set === undefined) return undefined;
      tokens.push(set.test);
      at = set.end;
    } else tokens.push(character);
  }
  return tokens;
}

/** The set that begins at `start`, as a test of one character, and where its bracket closes. */
function readSet(characters: readonly string[], start: number): { test: RegExp; end: number } | undefined {
  let at = start + 1;
  const negated = characters[at] === '!' || characters[at] === '^';
  if (negated) at += 1;
  let parts = '';
  for (let first = true; ; first = false) {
    const character = characters[at];
    if (character === undefined) return undefined;
    if (character === ']' && !first) break;
    const named = character === '[' && characters[at + 1] === ':' ? readNamed(characters, at) : undefined;
    if (named !== undefined) {
      parts += named.text;
      at = named.end + 1;
      continue;
    }
    const from = readMember(characters, at);
    if (from === undefined) return undefined;
    at = from.end + 1;
    const isRange = characters[at] === '-' && characters[at + 1] !== ']';
    const to = isRange ? readMember(characters, at + 1) : from;
    if (to === undefined) return undefined;
    if (isRange) at = to.end + 1;
    // Of a range that runs backwards only its beginning counts.
    const end = Math.max(from.code, to.code);
    parts += `\\u{${from.code.toString(16)}}-\\u{${end.toString(16)}}`;
  }
  // A set with nothing in it fits nothing; negated, everything.
  return { test: new RegExp(`^[${negated ? '^' : ''}${parts}]$`, 'su'), end: at };
}

function readMember(characters: readonly string[], at: number): { code: number; end: number } | undefined {
  const end = characters[at] === '\\' ? at + 1 : at;
  const code = characters[end]?.codePointAt(0);
  return code === undefined ? undefined : { code, end };
}

const namedSets: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** `[:alpha:]` inside a set. */
function readNamed(characters: readonly string[], at: number): { text: string; end: number } | undefined {
  const close = characters.indexOf(':', at + 2);
  if (close < 0 || characters[close + 1] !== ']') return undefined;
  const text = namedSets[characters.slice(at + 2, close).join('')];
  return text === undefined ? undefined : { text, end: close + 1 };
}
