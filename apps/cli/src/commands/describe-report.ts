import type { RunReport } from '@holdfast/daemon';
import { formatBytes, formatCount, formatNumber, formatSpan, printable } from '../terminal/format-amount.ts';

const shownSteps = 200;

/** What a sync run has done, in words. A plan is told by `describePlan`. */
export function describeReport(report: RunReport): string {
  return `${describeRun(report).join('\n')}\n`;
}

function describeRun(report: RunReport): string[] {
  const { state, stop, problems, conflicts, skipped, counts } = report;
  const lines = [headline(report)];
  const done = doneInWords(report);
  if (done.length > 0) lines.push(`  ${done.join(', ')}`);
  for (const conflict of conflicts) lines.push(`  Both changed: ${printable(conflict.message)}`);
  for (const problem of problems)
    lines.push(`  Problem: ${printable(problem.path)}: ${printable(problem.message)}`);
  if (skipped.length > 0)
    lines.push(
      `  ${formatCount(skipped.length, 'link or special file', 'links and special files')} left alone`,
    );
  for (const step of stop?.steps?.slice(0, shownSteps) ?? []) lines.push(`  ${printable(step.sentence)}`);
  if (stop) lines.push(...whatToDo(stop.code));
  if (state === 'problems' && counts.problems > 0) lines.push('Everything else is equal on both sides.');
  return lines;
}

function headline({ state, stop, filesEqual, duration, counts }: RunReport): string {
  const equal = `${formatCount(filesEqual, 'file')} equal on both sides`;
  const time = formatSpan(duration);
  if (state === 'in-sync') return `In sync: ${equal}, nothing to do (${time}).`;
  if (state === 'changed') return `In sync: ${equal} (${time}).`;
  if (state === 'problems') return `NOT in sync: ${formatCount(counts.problems, 'problem')} (${time}).`;
  return `STOPPED: ${printable(stop?.message ?? 'the run ended before its work was done')}`;
}

function doneInWords({ counts, bytesUp, bytesDown }: RunReport): string[] {
  const parts: string[] = [];
  const add = (count: number, text: string) => {
    if (count > 0) parts.push(`${formatNumber(count)} ${text}`);
  };
  add(counts.uploaded, `uploaded (${formatBytes(bytesUp)})`);
  add(counts.downloaded, `downloaded (${formatBytes(bytesDown)})`);
  add(counts.foldersMade, counts.foldersMade === 1 ? 'folder made' : 'folders made');
  add(counts.moved, 'moved');
  add(counts.deletedLocal, 'removed here (kept in the history)');
  add(counts.deletedRemote, 'removed on the server');
  add(counts.adopted, 'found equal already');
  return parts;
}

function whatToDo(code: string): string[] {
  const flags: Readonly<Record<string, string>> = {
    'mass-change': 'If that is what you want, run it again with --allow-mass-change.',
    'server-changed':
      'If you know why, run it again with --accept-new-server: everything on both sides is kept.',
    'folder-missing':
      'If you know why, run it again with --accept-new-folder: everything on both sides is kept. If you have emptied it yourself, --allow-mass-change empties the server too.',
    'listing-doubtful':
      'Look at the server. If it was emptied on purpose, --allow-mass-change empties the local folder too; the history keeps its files for 30 days.',
    'not-signed-in': 'Make a new token on the node and give it here.',
  };
  const text = flags[code];
  return text === undefined ? [] : [text];
}
