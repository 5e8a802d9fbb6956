import { format, type Goal, isMet, median, type Row } from './results.ts';

/** The rows as a Markdown table: medians, range, goal and whether it is met, and the other figures. */
export function printTable(rows: readonly Row[]): string {
  const head =
    '| workload | who | median | min – max (n) | goal | met | also |\n|---|---|---|---|---|---|---|';
  const sorted = [...rows].sort((a, b) => a.what.localeCompare(b.what, 'en', { numeric: true }));
  return [head, ...sorted.map((row) => line(row, rows))].join('\n');
}

function line(row: Row, rows: readonly Row[]): string {
  const met = isMet(row, rows);
  const range = `${format(Math.min(...row.values), '')} – ${format(Math.max(...row.values), '')} (${row.values.length})`;
  const also = [...row.also].map(([name, values]) => `${name} ${format(median(values), '')}`).join(', ');
  const cells = [
    row.what,
    row.who,
    `**${format(median(row.values), row.unit)}**`,
    range,
    row.goal ? describe(row.goal, row.unit) : '',
    met === undefined ? '' : met ? 'yes' : '**no**',
    also,
  ];
  return `| ${cells.join(' | ')} |`;
}

function describe(goal: Goal, unit: Row['unit']): string {
  const sign = goal.kind === 'at-most' ? '≤' : '≥';
  if (goal.timesRow !== undefined) return `${sign} ${goal.value} × ${goal.timesRow.split(' | ')[1]}`;
  return `${sign} ${format(goal.value, unit)}`;
}
