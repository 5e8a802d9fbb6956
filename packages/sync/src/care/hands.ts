import { createHash } from 'node:crypto';
import { AppError, isAppError, parentOf, type TreePath } from '@holdfast/base';
import type { Expected, LocalEntry } from '@holdfast/localfs';
import type { LogLine } from '../journal/log-table.ts';
import type { RunKind } from '../journal/run-table.ts';
import type { CareParts } from './care-parts.ts';

/** Bytes that are to be put somewhere. */
export interface Source {
  bytes(): AsyncIterable<Uint8Array>;
  readonly size: number;
  readonly mtime: { readonly s: number; readonly ns: number };
  readonly executable: boolean;
  /** The bytes are the target of a symbolic link. */
  readonly link: boolean;
}

/** What an answer to a person changes in the folder; or would change. */
export interface Hands {
  stat(path: TreePath): Promise<LocalEntry | undefined>;
  /** SHA-256 of a file. */
  sha(entry: LocalEntry): Promise<string>;
  /** SHA-256 of bytes that are to be put somewhere. */
  shaOf(source: Source): Promise<string>;
  /** Puts bytes at `path`; what is there must be `expected`, and goes to the history. */
  put(source: Source, path: TreePath, expected: Expected): Promise<void>;
  /** `key`: of the item, where it is known. */
  move(entry: LocalEntry, to: TreePath, key?: number): Promise<void>;
  mkdir(path: TreePath): Promise<void>;
  /** Removes a file, which goes to the history, or an empty folder. */
  remove(entry: LocalEntry): Promise<void>;
  /** Whether an entry is one that was put or moved by these hands. */
  knows(entry: LocalEntry): boolean;
}

/**
 * Changes the folder at a person's wish, as a run in the journal: each change is written down before it takes effect,
 * so that it can be taken back itself, also when the process is killed in between.
 */
export class RealHands implements Hands {
  readonly run: number;
  readonly #parts: CareParts;
  readonly #known = new Set<string>();

  constructor(parts: CareParts, kind: RunKind) {
    this.#parts = parts;
    this.run = parts.journal.begin(parts.clock.now(), kind);
    parts.folder.beginRun(this.run);
  }

  /** Ends the run. */
  finish(summary: object, state: 'changed' | 'stopped' = 'changed'): void {
    this.#parts.journal.runs.finish(this.run, this.#parts.clock.now(), state, summary);
    this.#parts.changed();
  }

  stat(path: TreePath): Promise<LocalEntry | undefined> {
    return this.#parts.folder.stat(path);
  }

  sha(entry: LocalEntry): Promise<string> {
    return this.#parts.folder.hash(entry);
  }

  async shaOf(source: Source): Promise<string> {
    return await hashOf(source.bytes());
  }

  knows(entry: LocalEntry): boolean {
    return this.#known.has(entry.id);
  }

  async put(source: Source, path: TreePath, expected: Expected): Promise<void> {
    const { folder } = this.#parts;
    await this.#makeParents(path);
    const sha = expected === 'absent' ? undefined : await folder.hash(expected);
    const staged = await folder.stage(source.bytes());
    const { mtime, executable, link } = source;
    const line = { kind: 'restore', path, sha, made: staged.sha256 };
    try {
      await this.#journalled(line, expected, async (write) => {
        if (expected === 'absent') write();
        const placed = await folder.place(staged, path, expected, { mtime, executable, link }, (kept) =>
          write({ kept }),
        );
        this.#known.add(placed.id);
      });
    } catch (error) {
      // What is left over is swept by `tidy`; the first error is the one that counts.
      await folder.discard(staged).catch(() => undefined);
      throw error;
    }
  }

  async move(entry: LocalEntry, to: TreePath, key?: number): Promise<void> {
    const { folder } = this.#parts;
    await this.#makeParents(to);
    const sha = entry.kind === 'file' ? await folder.hash(entry) : '';
    await this.#journalled(
      { kind: 'move', path: entry.path, target: to, key, sha, made: sha },
      entry,
      async (write) => {
        write();
        const moved = await folder.move(entry, to);
        this.#known.add(moved.id);
      },
    );
  }

  async mkdir(path: TreePath): Promise<void> {
    const { folder } = this.#parts;
    await this.#makeParents(path);
    const there = await folder.stat(path);
    if (there?.kind === 'folder') return;
    if (there !== undefined) throw new AppError('target-changed', { path });
    await this.#journalled({ kind: 'mkdir', path, made: '' }, 'absent', async (write) => {
      write();
      this.#known.add((await folder.mkdir(path)).id);
    });
  }

  async remove(entry: LocalEntry): Promise<void> {
    const { folder } = this.#parts;
    const { path, kind } = entry;
    const sha = kind === 'file' ? await folder.hash(entry) : '';
    await this.#journalled({ kind: 'delete', path, sha }, entry, async (write) => {
      if (kind === 'folder') write();
      await folder.remove(entry, (kept) => write({ kept }));
    });
  }

  async #makeParents(path: TreePath): Promise<void> {
    const parent = parentOf(path);
    if (parent === undefined || parent === '') return;
    if ((await this.#parts.folder.stat(parent)) === undefined) await this.mkdir(parent);
  }

  /** The line is there before the effect, and goes again when there was none: `before` is still at its path. */
  async #journalled(
    line: { kind: string; path: TreePath } & Partial<LogLine>,
    before: Expected,
    act: (write: (more?: Partial<LogLine>) => void) => Promise<void>,
  ): Promise<void> {
    const { journal, clock, folder } = this.#parts;
    let id: number | undefined;
    const write = (more: Partial<LogLine> = {}) => {
      const facts = { target: undefined, code: undefined, side: 'local', outcome: 'done' } as const;
      id = journal.lines.add(this.run, { ...facts, at: clock.now(), ...line, ...more });
    };
    try {
      await act(write);
    } catch (error) {
      if (id !== undefined && isAppError(error)) {
        // Where it cannot be looked at, the line stays: one without an effect does no harm.
        const now = await folder.stat(line.path).catch(() => 'unknown' as const);
        const none = before === 'absent' ? now === undefined : now !== 'unknown' && now?.id === before.id;
        if (none) journal.lines.drop(id);
      }
      throw error;
    }
  }
}

/** SHA-256 of bytes. */
export async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
