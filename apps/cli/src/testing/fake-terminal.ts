import { Readable } from 'node:stream';
import type { Terminal } from '../terminal/terminal.ts';

/** A terminal that remembers what was written to it. */
export interface FakeTerminal extends Terminal {
  outText(): string;
  errText(): string;
}

/** A terminal without a person, a home that does not exist, and `input` on standard input. */
export function fakeTerminal(parts: Partial<Terminal> & { input?: string } = {}): FakeTerminal {
  const { input = '', ...given } = parts;
  const out: string[] = [];
  const err: string[] = [];
  return {
    interactive: false,
    columns: 200,
    stdin: Readable.from([Buffer.from(input)]),
    env: {},
    cwd: '/nonexistent',
    home: '/nonexistent',
    platform: 'linux',
    command: 'holdfast',
    signal: new AbortController().signal,
    ...given,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    outText: () => out.join(''),
    errText: () => err.join(''),
  };
}
