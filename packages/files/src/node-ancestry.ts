import { childOf, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, rows } from '@holdfast/db';

/** The folders above a node. */
export interface Ancestry {
  /** Ids from the root down to the folder that holds the node; empty for the root. */
  readonly ids: readonly number[];
  /** Path of the folder that holds the node. */
  readonly path: TreePath;
}

/** Finds out where many nodes are with one query for each batch, however deep they lie. */
export class AncestryLoader {
  readonly #query: Query;
  readonly #folders = new Map<number, NodeRow>();
  readonly #rows = new Map<number, NodeRow>();
  readonly #known = new Map<number, Ancestry>();

  constructor(query: Query) {
    this.#query = query;
  }

  /** Makes ready what `of` needs for `nodes`, and `ofId` for `ids`. */
  async load(ids: readonly number[], nodes: readonly NodeRow[]): Promise<void> {
    if (ids.length > 0) {
      const found = await rows<NodeRow>(
        this.#query,
        'SELECT * FROM nodes WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(ids),
      );
      for (const node of found) this.#rows.set(node.id, node);
    }
    const parents = new Set<number>();
    for (const node of [...nodes, ...this.#rows.values()]) {
      if (node.parent_id !== null && !this.#folders.has(node.parent_id)) parents.add(node.parent_id);
    }
    if (parents.size === 0) return;
    const folders = await rows<NodeRow>(
      this.#query,
      `WITH RECURSIVE up(id, parent_id) AS (
         SELECT id, parent_id FROM nodes WHERE id IN (SELECT value FROM json_each(?))
         UNION SELECT n.id, n.parent_id FROM nodes n JOIN up ON n.id = up.parent_id
       ) SELECT n.* FROM up JOIN nodes n ON n.id = up.id`,
      JSON.stringify([...parents]),
    );
    for (const folder of folders) this.#folders.set(folder.id, folder);
  }

  /** Where a loaded node is. */
  of(node: NodeRow): Ancestry {
    return node.parent_id === null ? { ids: [], path: '' } : this.#inside(node.parent_id);
  }

  /** A node that was loaded by id, and where it is; undefined when it does not exist. */
  ofId(id: number): { row: NodeRow; above: Ancestry } | undefined {
    const row = this.#rows.get(id);
    return row && { row, above: this.of(row) };
  }

  /** The row of a folder above a loaded node. */
  folder(id: number): NodeRow | undefined {
    return this.#folders.get(id);
  }

  /** What it means to be directly in the folder `id`. */
  #inside(id: number): Ancestry {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const folder = this.#folders.get(id);
    const above =
      folder === undefined || folder.parent_id === null
        ? { ids: [], path: '' }
        : this.#inside(folder.parent_id);
    const path = folder === undefined || folder.parent_id === null ? '' : childOf(above.path, folder.name);
    const ancestry = { ids: [...above.ids, id], path };
    this.#known.set(id, ancestry);
    return ancestry;
  }
}
