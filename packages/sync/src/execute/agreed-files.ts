import type { Op } from '../plan/op.ts';
import { remoteChange } from '../trees/content-change.ts';
import type { Item } from '../trees/item.ts';
import { isPacked } from '../trees/packed-item.ts';
import type { Trees } from '../trees/trees.ts';
import { sizeOf } from './op-size.ts';

/** Smaller files are sent sooner than looked for. */
const minBytes = 256 * 1024;

/**
 * Files both sides agree on that may hold the bytes of a new file. Only of the sizes that a plan is about to send
 * or fetch anew, and only looked for when there are such.
 */
export class AgreedFiles {
  readonly #bySize = new Map<number, Item[]>();

  constructor(trees: Trees, ops: readonly Op[]) {
    for (const op of ops) if (isNewFile(op) && sizeOf(op) >= minBytes) this.#bySize.set(sizeOf(op), []);
    if (this.#bySize.size === 0) return;
    for (const item of trees.items.values()) {
      if (isPacked(item)) {
        this.#bySize.get(item.size)?.push(item);
        continue;
      }
      const { base, remote } = item;
      if (item.folder || base === undefined || remote === undefined) continue;
      if (remoteChange(remote, base) === 'same') this.#bySize.get(remote.size)?.push(item);
    }
  }

  /** What has `size` bytes: the server has it as it was agreed on, as far as was seen. */
  ofSize(size: number): readonly Item[] {
    return this.#bySize.get(size) ?? [];
  }
}

/** Whether nothing of the file is on the other side. */
function isNewFile({ kind, item }: Op): boolean {
  return (
    (kind === 'upload' && item.remote === undefined) || (kind === 'download' && item.local === undefined)
  );
}
