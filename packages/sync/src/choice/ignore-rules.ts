import { isAppError, nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { Folder, LocalEntry, ScanFilter } from '@holdfast/localfs';
import { defaultRuleFor, offeredFolders } from './default-rules.ts';
import { lastFit, mostRuleBytes, parseRules, type RuleFile } from './rule-file.ts';

/** Name of the files with rules, in any folder; they are synced like all others and never left out themselves. */
export const ruleFileName = '.holdfastignore';

/** A file of rules that cannot be used, as a whole or in part. */
export interface RuleComplaint {
  readonly path: TreePath;
  readonly message: string;
  /** The rules are not known at all: what is beside and below the file was left alone. */
  readonly unreadable: boolean;
}

interface KnownFile {
  readonly entry: LocalEntry;
  /** Undefined when it could not be read. */
  readonly file: RuleFile | undefined;
}

const mostHints = 100;
const tries = 3;

/**
 * What is neither sent nor fetched nor removed: the rules of the local `.holdfastignore` files, the deepest first,
 * and then the built-in ones. Known as of the last look at the folder.
 */
export class IgnoreRules {
  readonly #folder: Folder;
  /** By the folder the file is in. */
  #files = new Map<TreePath, KnownFile>();
  #folders = new Map<TreePath, boolean>();
  #offers: TreePath[] = [];

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** Folders that were found and might be left out, such as `node_modules`; at most a hundred. */
  get offers(): readonly TreePath[] {
    return this.#offers;
  }

  /** The filter of a look at everything: takes in the rules anew. `links`: symbolic links can be synced. */
  filterWhole(links: boolean): ScanFilter {
    const before = this.#files;
    this.#files = new Map();
    this.#folders = new Map();
    this.#offers = [];
    return this.#filter(links, async (entry) => {
      const folder = parentOf(entry.path) ?? '';
      const known = before.get(folder);
      this.#files.set(
        folder,
        known !== undefined && isSame(known.entry, entry) ? known : await this.#read(entry),
      );
    });
  }

  /** The filter of a look at a part in which no rules have changed. */
  filterPart(links: boolean): ScanFilter {
    return this.#filter(links, () => {});
  }

  /** Whether the rules leave out what is at `path`, by itself or with a folder above. */
  ignores(path: TreePath, folder: boolean): boolean {
    const parent = parentOf(path);
    if (parent === undefined) return false;
    if (this.#isIgnoredFolder(parent)) return true;
    return isLeftOut(this.#decide(path, folder));
  }

  /** The rule that leaves out what is at `path`, as a sentence for people; undefined when none does. */
  explain(path: TreePath, folder: boolean): string | undefined {
    const parent = parentOf(path);
    if (parent === undefined) return undefined;
    const above = this.explain(parent, true);
    if (above !== undefined) return above;
    const decision = this.#decide(path, folder);
    return isLeftOut(decision) ? decision : undefined;
  }

  complaints(): RuleComplaint[] {
    const out: RuleComplaint[] = [];
    for (const { entry, file } of this.#files.values()) {
      const { path } = entry;
      if (file === undefined) {
        const message = `The rules in "${path}" cannot be read. What is beside it is left alone until they can.`;
        out.push({ path, message, unreadable: true });
      } else if (file.complaints.length > 0) {
        const message = `Some rules in "${path}" cannot be used. ${file.complaints.slice(0, 5).join(' ')}`;
        out.push({ path, message, unreadable: false });
      }
    }
    return out;
  }

  #filter(links: boolean, rules: ScanFilter['rules']): ScanFilter {
    return {
      ruleName: ruleFileName,
      rules,
      leavesOut: (entry) => {
        if (entry.link === true && !links) return 'symlink';
        const beside = this.#files.get(parentOf(entry.path) ?? '');
        if (beside !== undefined && beside.file === undefined && entry.path !== beside.entry.path)
          return 'unreadable';
        const folder = entry.kind === 'folder';
        const decision = this.#decide(entry.path, folder);
        if (isLeftOut(decision)) return 'ignored';
        if (folder && decision === undefined) this.#offer(entry.path);
        return undefined;
      },
    };
  }

  /**
   * What is said of a path alone, whatever is above it: the rule that leaves it out, `kept` for one that brings it
   * back, undefined for nothing.
   */
  #decide(path: TreePath, folder: boolean): string | 'kept' | undefined {
    const name = nameOf(path);
    if (name === ruleFileName && !folder) return 'kept';
    if (this.#files.size > 0) {
      for (let at = parentOf(path); at !== undefined; at = parentOf(at)) {
        const known = this.#files.get(at);
        if (known?.file === undefined) continue;
        const below = (at === '' ? path : path.slice(at.length + 1)).normalize('NFC');
        const rule = lastFit(known.file.rules, below.split('/'), folder);
        if (rule !== undefined)
          return rule.negated ? 'kept' : `${known.entry.path} line ${rule.line}: ${rule.text}`;
      }
    }
    const rule = defaultRuleFor(name, folder);
    return rule === undefined ? undefined : `built in: ${rule.pattern} (${rule.reason})`;
  }

  #isIgnoredFolder(path: TreePath): boolean {
    const parent = parentOf(path);
    if (parent === undefined) return false;
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const ignored = this.#isIgnoredFolder(parent) || isLeftOut(this.#decide(path, true));
    this.#folders.set(path, ignored);
    return ignored;
  }

  #offer(path: TreePath): void {
    if (this.#offers.length >= mostHints || !offeredFolders.has(nameOf(path))) return;
    const inside = path
      .split('/')
      .slice(0, -1)
      .some((name) => offeredFolders.has(name));
    if (!inside) this.#offers.push(path);
  }

  async #read(entry: LocalEntry): Promise<KnownFile> {
    let now: LocalEntry | undefined = entry;
    for (let count = 0; count < tries && now?.kind === 'file'; count += 1) {
      try {
        if (now.link === true) break;
        return { entry: now, file: parseRules(await readBeginning(this.#folder, now)) };
      } catch (error) {
        if (!isAppError(error, 'target-changed', 'local-denied', 'local-unreadable')) throw error;
        now = await this.#folder.stat(entry.path);
      }
    }
    return { entry, file: entry.link === true ? { rules: [], complaints: [] } : undefined };
  }
}

function isLeftOut(decision: string | undefined): decision is string {
  return decision !== undefined && decision !== 'kept';
}

function isSame(a: LocalEntry, b: LocalEntry): boolean {
  return (
    a.id === b.id &&
    a.ctime === b.ctime &&
    a.size === b.size &&
    a.mtime.s === b.mtime.s &&
    a.mtime.ns === b.mtime.ns
  );
}

async function readBeginning(folder: Folder, entry: LocalEntry): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of folder.read(entry, { start: 0, end: mostRuleBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
