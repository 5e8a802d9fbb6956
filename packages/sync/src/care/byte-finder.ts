import type { KeptFile } from '@holdfast/localfs';
import { pathOf } from '../trees/item.ts';
import type { CareParts } from './care-parts.ts';
import type { Source } from './hands.ts';
import { sourceOfFile, sourceOfKept } from './sources.ts';

/** Finds bytes that this computer still has, in its history or in another file. Reads the journal once, when asked. */
export class ByteFinder {
  readonly #parts: CareParts;
  readonly #versions: ReadonlyMap<string, KeptFile>;
  #kept: Map<string, string> | undefined;
  #files: Map<string, number> | undefined;

  /** `versions`: all that are kept, by id. */
  constructor(parts: CareParts, versions: ReadonlyMap<string, KeptFile>) {
    this.#parts = parts;
    this.#versions = versions;
  }

  /** @throws AppError those of `hash`. */
  async find(sha: string): Promise<Source | undefined> {
    const { journal, folder } = this.#parts;
    this.#kept ??= this.#keptBySha();
    const version = this.#versions.get(this.#kept.get(sha) ?? '');
    if (version !== undefined) return sourceOfKept(folder, version);
    this.#files ??= new Map(Array.from(journal.nodes.files(), (file) => [file.sha, file.key]));
    const key = this.#files.get(sha);
    const item = key === undefined ? undefined : journal.nodes.withKey(key);
    const entry = item === undefined ? undefined : await folder.stat(pathOf(item, 'local'));
    if (entry?.kind === 'file' && (await folder.hash(entry)) === sha) return sourceOfFile(folder, entry);
    return undefined;
  }

  #keptBySha(): Map<string, string> {
    const kept = new Map<string, string>();
    for (const version of this.#parts.journal.lines.versions()) {
      if (this.#versions.has(version.kept)) kept.set(version.sha, version.kept);
    }
    return kept;
  }
}
