import type { ControlResult } from '@holdfast/protocol';
import { formatBytes, printable } from '../terminal/format-amount.ts';
import { formatTime } from '../terminal/format-time.ts';

type Truth = ControlResult<'file.why'>;
type Known = NonNullable<Truth['local']>;

/** Everything that is known of a file, in words. */
export function describeTruth(truth: Truth, now: number): string {
  const { folder, path, sentence, local, remote, agreed, proof, last, problem, rule } = truth;
  const lines = [
    printable(`${folder}: ${path === '' ? 'the folder itself' : path}`),
    `  ${printable(sentence)}`,
  ];
  lines.push(`  here       ${stateInWords(local, now)}`);
  lines.push(`  on server  ${stateInWords(remote, now)}`);
  lines.push(`  agreed on  ${stateInWords(agreed, now)}`);
  if (proof !== undefined) {
    const how = proof === 'hash' ? 'by the hash of all bytes on both sides' : 'by size and time alone';
    lines.push(`  equal      ${how}`);
  }
  if (rule !== undefined) lines.push(`  rule       ${printable(rule)}`);
  if (last !== undefined) lines.push(`  last       ${printable(decisionInWords(last, now))}`);
  if (last?.answer !== undefined) lines.push(`  answer     ${printable(last.answer)}`);
  if (problem?.nextTry !== undefined) lines.push(`  next try   ${formatTime(problem.nextTry, now)}`);
  return `${lines.join('\n')}\n`;
}

/** One decision about a file, in a line. */
export function decisionInWords(decision: NonNullable<Truth['last']>, now: number): string {
  const { run, at, kind, side, path, to, outcome, code } = decision;
  const where = side === 'local' ? 'here' : 'on the server';
  const target = to === undefined ? '' : ` → ${to}`;
  const end = outcome === 'done' ? '' : `: ${outcome}${code === undefined ? '' : ` (${code})`}`;
  return `${formatTime(at, now)}, run ${run}: ${kind} ${where}, ${path}${target}${end}`;
}

function stateInWords(known: Known | undefined, now: number): string {
  if (known === undefined) return 'nothing';
  if (known.kind === 'folder') return printable(`folder ${known.path}`);
  const time = known.mtime === undefined ? '' : `, changed ${formatTime(known.mtime, now)}`;
  const sha = known.sha256 === undefined ? '' : `, sha256 ${known.sha256.slice(0, 12)}…`;
  const etag = known.etag === undefined ? '' : `, etag ${known.etag}`;
  return printable(`${formatBytes(known.size)}${time}${sha}${etag}`);
}
