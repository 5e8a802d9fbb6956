import { namesOf, type TreePath } from '@holdfast/base';
import type Database from 'better-sqlite3';
import type { Item } from '../trees/item.ts';
import { fromRows, type NodeRow } from './node-rows.ts';

const mostDepth = 1000;

/**
 * Finds single items without reading the trees. Slower for each than the trees are, and without their memory: for
 * questions of people. What is only on the disk is not here.
 */
export class NodeFinder {
  readonly #row: Database.Statement;
  readonly #local: Database.Statement;
  readonly #remote: Database.Statement;
  readonly #seen: Database.Statement;
  readonly #files: Database.Statement;

  constructor(db: Database.Database) {
    this.#row = db.prepare('SELECT * FROM node WHERE key = ?').raw();
    this.#local = db.prepare('SELECT key FROM node WHERE lparent = ? AND lname = ?').pluck();
    this.#remote = db
      .prepare(
        'SELECT key FROM node WHERE seen IS NULL AND coalesce(rparent, lparent) = ? AND coalesce(rname, lname) = ?',
      )
      .pluck();
    this.#seen = db
      .prepare("SELECT key FROM node WHERE seen LIKE '{%' AND seen ->> 'parent' = ? AND seen ->> 'name' = ?")
      .pluck();
    this.#files = db.prepare("SELECT key, sha FROM node WHERE sha <> ''");
  }

  /**
   * The item that was agreed on at a local path, or else that was last seen on the server at that path; with its
   * parents, so that its paths can be told. `local` of it is what was agreed on.
   */
  at(path: TreePath): Item | undefined {
    let key = 0;
    for (const name of namesOf(path)) {
      const next = this.#childOf(key, name);
      if (next === undefined) return undefined;
      key = next;
    }
    return this.withKey(key);
  }

  /** The keys of all files that were agreed on, with the SHA-256 of their bytes. */
  *files(): Iterable<{ readonly key: number; readonly sha: string }> {
    for (const { key, sha } of this.#files.iterate() as IterableIterator<{ key: number; sha: string }>) {
      yield { key, sha: sha.startsWith('~') ? sha.slice(1) : sha };
    }
  }

  /** The item with this key, as by `at`. */
  withKey(key: number): Item | undefined {
    if (key === 0) return undefined;
    const rows: NodeRow[] = [];
    const wanted = [key];
    const met = new Set<number>([0]);
    for (let next = wanted.pop(); next !== undefined && rows.length < mostDepth; next = wanted.pop()) {
      if (met.has(next)) continue;
      met.add(next);
      const row = this.#row.get(next) as NodeRow | undefined;
      if (row === undefined) continue;
      rows.push(row);
      if (row[3] !== null) wanted.push(row[3]);
      if (row[11] !== null) wanted.push(row[11]);
      const seen = row[20];
      if (seen?.startsWith('{')) wanted.push((JSON.parse(seen) as { parent: number }).parent);
    }
    return fromRows(() => rows).trees.items.get(key);
  }

  #childOf(parent: number, name: string): number | undefined {
    for (const find of [this.#local, this.#remote, this.#seen]) {
      const key = find.get(parent, name) as number | undefined;
      if (key !== undefined) return key;
    }
    return undefined;
  }
}
