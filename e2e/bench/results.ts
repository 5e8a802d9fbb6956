/** What a row of the table must reach. */
export interface Goal {
  readonly kind: 'at-most' | 'at-least';
  readonly value: number;
  /** Where the goal is a multiple of another row instead of a figure of its own. */
  readonly timesRow?: string;
}

/** One row: one thing measured several times. */
export interface Row {
  /** Such as `W1 up`. */
  readonly what: string;
  /** Such as `curl → Apache`. */
  readonly who: string;
  readonly unit: 's' | '/s' | 'MB' | '%' | '';
  readonly values: number[];
  readonly goal: Goal | undefined;
  /** Other figures of the row, by name: highest memory, processor time of the node. */
  readonly also: Map<string, number[]>;
}

/** Collects rows by what and who. */
export interface Results {
  add(what: string, who: string, unit: Row['unit'], value: number, also?: Record<string, number>): void;
  readonly rows: readonly Row[];
}

/** An empty table; `goals` by `what | who`. */
export function results(goals: ReadonlyMap<string, Goal>): Results {
  const rows: Row[] = [];
  return {
    rows,
    add: (what, who, unit, value, also = {}) => {
      let row = rows.find((known) => known.what === what && known.who === who);
      if (row === undefined) {
        row = { what, who, unit, values: [], goal: goals.get(`${what} | ${who}`), also: new Map() };
        rows.push(row);
      }
      row.values.push(value);
      for (const [name, figure] of Object.entries(also)) {
        row.also.set(name, [...(row.also.get(name) ?? []), figure]);
      }
      process.stderr.write(`  ${what}, ${who}: ${format(value, unit)}\n`);
    },
  };
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = Number.NaN, high = low] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (low + high) / 2;
}

/** A figure with its unit, with as many digits as mean something. */
export function format(value: number, unit: Row['unit']): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : unit === '/s' ? unit : ` ${unit}`}`;
}

/** Whether the median of a row reaches its goal; undefined where there is none, or nothing to compare with. */
export function isMet(row: Row, rows: readonly Row[]): boolean | undefined {
  const { goal } = row;
  if (goal === undefined) return undefined;
  const base = goal.timesRow === undefined ? 1 : medianOf(rows, goal.timesRow);
  if (base === undefined) return undefined;
  const middle = median(row.values);
  return goal.kind === 'at-most' ? middle <= goal.value * base : middle >= goal.value * base;
}

function medianOf(rows: readonly Row[], key: string): number | undefined {
  const row = rows.find(({ what, who }) => `${what} | ${who}` === key);
  return row && median(row.values);
}
