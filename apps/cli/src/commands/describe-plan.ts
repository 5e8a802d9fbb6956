import type { FolderPlan } from '@holdfast/protocol';
import { formatBytes, formatCount, formatNumber, printable } from '../terminal/format-amount.ts';

const shownSteps = 200;
const shownEntries = 20;

/** A plan in words: sums first, then what needs a thought, then the steps themselves. */
export function describePlan(plan: FolderPlan): string {
  const { headline, groups, conflicts, notSynced, mapped, offers, steps, stepCount } = plan;
  if (stepCount === 0) return 'Nothing to do: both sides are equal.\n';
  const lines = [
    `${formatCount(stepCount, 'step')}, nothing has been changed. ${headline}`,
    ...groups.map(({ count, noun, what, bytes }) => {
      const size = bytes > 0 ? ` (${formatBytes(bytes)})` : '';
      return `  ${formatCount(count, noun)} ${what}${size}`;
    }),
    ...some('Both sides have these, and they differ:', conflicts),
    ...some(
      'Not synced:',
      notSynced.map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...some(
      'Named otherwise on the server:',
      mapped.map(({ local, remote }) => `${local} = ${remote}`),
    ),
    ...some('Perhaps not wanted on the server (a line in .holdfastignore leaves a folder out):', offers),
    'Steps:',
    ...steps.slice(0, shownSteps).map(({ sentence }) => printable(`  ${sentence}`)),
    ...rest(stepCount, Math.min(steps.length, shownSteps)),
  ];
  return `${lines.join('\n')}\n`;
}

function some(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const shown = entries.slice(0, shownEntries).map((entry) => printable(`  ${entry}`));
  return [title, ...shown, ...rest(entries.length, shown.length)];
}

function rest(all: number, shown: number): string[] {
  return all > shown ? [`  … and ${formatNumber(all - shown)} more`] : [];
}
