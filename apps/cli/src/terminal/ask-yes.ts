import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** Whether a person is there who can be asked. */
export function canAsk({ interactive, stdin }: Terminal): boolean {
  return interactive && stdin.isTTY === true;
}

/** Asks a person; anything but a clear yes is a no. Rejects with the signal's reason. */
export async function askYes(terminal: Terminal, question: string): Promise<boolean> {
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      terminal.err(chunk.toString());
      done();
    },
  });
  const lines = createInterface({ input: terminal.stdin, output });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: terminal.signal });
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}
