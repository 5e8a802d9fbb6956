import type { FolderStatus, FoldersStatus } from '@holdfast/protocol';
import { formatBytes, formatCount, formatNumber, printable } from '../terminal/format-amount.ts';
import { formatTime } from '../terminal/format-time.ts';

const shownProblems = 20;

/** What the synced folders are at, in words. */
export function describeFolders(status: FoldersStatus, now: number, command: string): string {
  const { running, folders, limits, paused } = status;
  if (folders.length === 0) return '';
  const lines = [
    running === undefined
      ? `Folders are NOT kept in sync: nothing runs. Start it: ${command} run --sync-only`
      : `Folders kept in sync by process ${running.pid} since ${formatTime(running.startedAt, now)}`,
  ];
  if (paused !== undefined) {
    const end = paused.until === undefined ? '' : ` until ${formatTime(paused.until, now)}`;
    lines.push(`Everything is paused${end}. "holdfast resume" goes on.`);
  }
  if (limits.up !== undefined || limits.down !== undefined) {
    const rate = (value: number | undefined) => (value === undefined ? 'none' : `${formatBytes(value)}/s`);
    lines.push(`Limits: up ${rate(limits.up)}, down ${rate(limits.down)}`);
  }
  for (const folder of folders) lines.push('', ...describeFolder(folder, now));
  return `${lines.join('\n')}\n`;
}

function describeFolder(folder: FolderStatus, now: number): string[] {
  const { name, local, url, account, message, nextTry, conflicts, problems, problemCount, transfer } = folder;
  const mark = folder.green ? 'OK ' : '-- ';
  const next = nextTry === undefined || nextTry <= now ? '' : ` Next: ${formatTime(nextTry, now)}.`;
  const lines = [
    printable(`${mark}${name}: ${message}${next}`),
    printable(`   ${local} = ${url} (${account})`),
    `   ${equalInWords(folder, now)}`,
  ];
  if (transfer !== undefined) {
    const { filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond } = transfer;
    const files = `${formatNumber(filesDone)} of ${formatCount(filesTotal, 'file')}`;
    lines.push(
      `   ${files}, ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}, ${formatBytes(bytesPerSecond)}/s`,
    );
  }
  if (conflicts > 0 && folder.state !== 'conflicts') {
    lines.push(`   ${formatCount(conflicts, 'conflict')} to decide: holdfast conflicts`);
  }
  for (const problem of problems.slice(0, shownProblems)) {
    const due = problem.nextTry === undefined ? '' : ` (next try ${formatTime(problem.nextTry, now)})`;
    lines.push(printable(`   Problem: ${problem.path}: ${problem.message}${due}`));
  }
  if (folder.watching === false && folder.state !== 'starting') {
    lines.push('   Changes here are not told by the system: they are looked for from time to time');
  }
  if (folder.offers.length > 0) {
    const first = folder.offers[0] ?? '';
    const others = folder.offers.length > 1 ? ` and ${formatNumber(folder.offers.length - 1)} more` : '';
    lines.push(
      printable(
        `   Perhaps not wanted on the server: ${first}${others}. To leave them out, add a line such as "node_modules/" to .holdfastignore`,
      ),
    );
  }
  if (folder.mapped.length > 0) {
    const [{ local: here, remote: there } = { local: '', remote: '' }] = folder.mapped;
    const others = folder.mapped.length > 1 ? ` and ${formatNumber(folder.mapped.length - 1)} more` : '';
    lines.push(printable(`   Named otherwise on the server: ${here} = ${there}${others}`));
  }
  const more = problemCount - Math.min(problems.length, shownProblems);
  if (more > 0) lines.push(`   … and ${formatNumber(more)} more problems; --json lists them`);
  return lines;
}

/** The numbers behind green, and since when they hold. */
function equalInWords({ files, proven, there, greenAt }: FolderStatus, now: number): string {
  if (greenAt === undefined) return 'Never seen equal so far.';
  const at = `${formatCount(files, 'file')} seen equal ${formatTime(greenAt, now)}, ${formatNumber(proven)} proven by hash`;
  return there > 0 ? `${at}; ${formatNumber(there)} on the server only, by choice` : at;
}
