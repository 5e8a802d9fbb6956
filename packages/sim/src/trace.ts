/** What has happened in a world, as a running hash; the lines themselves only where somebody wants to read them. */
export class Trace {
  #a = 0x811c9dc5;
  #b = 0x1b873593;
  readonly lines: string[] | undefined;

  constructor(keepLines = false) {
    this.lines = keepLines ? [] : undefined;
  }

  add(line: string): void {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < line.length; i += 1) {
      const code = line.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13);
    }
    this.#a = a >>> 0;
    this.#b = b >>> 0;
    this.lines?.push(line);
  }

  /** The same for the same lines. */
  get hash(): string {
    return this.#a.toString(16).padStart(8, '0') + this.#b.toString(16).padStart(8, '0');
  }
}

/** One value of a call in few characters, the same for the same value. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Error) return `!${'code' in value ? String(value.code) : value.message}`;
  if (value instanceof Uint8Array) return `${value.byteLength} B`;
  if (Array.isArray(value)) return `[${value.map(describe).join(' ')}]`;
  if (typeof value === 'object') {
    const seen = value as Record<string, unknown>;
    if (typeof seen.entry === 'object') return `entry ${describe(seen.entry)}`;
    const shown = [
      'type',
      'path',
      'id',
      'size',
      'etag',
      'ctime',
      'ifMatch',
      'ifAbsent',
      'sha256',
      'start',
      'end',
    ]
      .filter((key) => typeof seen[key] === 'string' || typeof seen[key] === 'number')
      .map((key) => String(seen[key]).slice(0, 40));
    return `{${shown.join(' ')}}`;
  }
  return typeof value;
}
