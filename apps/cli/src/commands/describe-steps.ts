import { formatBytes, formatCount, printable } from '../terminal/format-amount.ts';

const shownSteps = 200;

const words: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'upload remote': ['file to the server', 'files to the server'],
  'download local': ['file from the server', 'files from the server'],
  'mkdir remote': ['folder to be made on the server', 'folders to be made on the server'],
  'mkdir local': ['folder to be made here', 'folders to be made here'],
  'delete remote': ['removal on the server', 'removals on the server'],
  'delete local': ['removal here (kept in the history)', 'removals here (kept in the history)'],
  'move remote': ['rename on the server', 'renames on the server'],
  'move local': ['rename here', 'renames here'],
  'set-aside local': ['conflict copy to be made here', 'conflict copies to be made here'],
};

/** What would be done: sums by kind, and the steps themselves. */
export function describeSteps(
  steps: readonly { readonly sentence: string }[],
  count: number,
  counts: Readonly<Record<string, { readonly steps: number; readonly bytes: number }>>,
): string[] {
  if (count === 0) return ['Nothing has to be done: both sides are equal.'];
  const sums = Object.entries(counts).flatMap(([kind, { steps: number, bytes }]) => {
    const [one, many] = words[kind] ?? [];
    if (one === undefined) return [];
    return [`  ${formatCount(number, one, many)}${bytes > 0 ? ` (${formatBytes(bytes)})` : ''}`];
  });
  const shown = steps.slice(0, shownSteps).map(({ sentence }) => `  ${printable(sentence)}`);
  return [
    `${formatCount(count, 'step')}, nothing has been changed:`,
    ...sums,
    '',
    ...shown,
    ...(count > shown.length ? [`  … and ${count - shown.length} more`] : []),
  ];
}
