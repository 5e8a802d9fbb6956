import type { Model } from './apply-op.ts';
import type { ModelNode, ModelSide } from './model-side.ts';
import type { ModelWorld } from './model-world.ts';

/** Both sides of a model as they were once. */
export interface ModelMemory {
  readonly local: ReadonlyMap<string, ModelNode>;
  readonly remote: ReadonlyMap<string, ModelNode>;
}

/** Both sides as they are now. */
export function rememberModel(model: Model): ModelMemory {
  const copy = (side: ModelSide) => new Map([...side.nodes].map(([id, node]) => [id, { ...node }]));
  return { local: copy(model.local), remote: copy(model.remote) };
}

function contentsOf(side: ReadonlyMap<string, ModelNode>): Set<string> {
  return new Set([...side.values()].filter((node) => !node.folder).map((node) => node.content));
}

function assert(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

function copiesOf(content: string, side: ReadonlyMap<string, ModelNode>): number {
  return [...side.values()].filter((node) => !node.folder && node.content === content).length;
}

/** A name may be composed on one side and decomposed on the other. */
function normalized(side: ModelSide): string[] {
  return [...side.shown()].map(([path, content]) => `${path.normalize('NFC')}=${content}`).sort();
}

/**
 * Looks whether a model that has converged is as promised: `before` is when it was last in sync, `after` when people
 * had done what they wanted, `problems` counts what could not be synced since.
 * @throws Error which promise does not hold.
 */
export function checkModel(
  world: ModelWorld,
  before: ModelMemory,
  after: ModelMemory,
  problems: number,
): void {
  const { local, remote } = world.model;
  if (problems === 0) {
    const [here, there] = [JSON.stringify(normalized(local)), JSON.stringify(normalized(remote))];
    assert(here === there, `R8: the sides differ: ${here} and ${there}`);
  }
  const here = contentsOf(local.nodes);
  const there = contentsOf(remote.nodes);
  const agreedLocal = contentsOf(before.local);
  const agreedRemote = contentsOf(before.remote);
  const afterLocal = contentsOf(after.local);
  const afterRemote = contentsOf(after.remote);
  const anywhere = new Set([...here, ...there]);

  for (const content of new Set([...afterLocal, ...afterRemote])) {
    const isNew = !agreedLocal.has(content) && !agreedRemote.has(content);
    // A conflict copy of an earlier epoch may have the same bytes; then it is not told which of them was meant.
    const once = copiesOf(content, before.local) === 1 && copiesOf(content, before.remote) === 1;
    const onBoth = once && afterLocal.has(content) && afterRemote.has(content);
    if (isNew || onBoth) assert(anywhere.has(content), `R1: ${content} was lost`);
  }
  // What one side removed or replaced and the other left alone is gone.
  if (problems > 0) return;
  for (const side of ['local', 'remote'] as const) {
    const other = side === 'local' ? afterRemote : afterLocal;
    for (const [id, node] of after[side]) {
      const was = before[side].get(id);
      if (node.folder || was === undefined || other.has(node.content)) continue;
      if (copiesOf(node.content, after[side]) !== 1) continue;
      // Without checksums a new etag may mean new content, which wins.
      if (!world.model.checksums && node.version !== was.version) continue;
      const untouched = was.content === node.content && was.parent === node.parent && was.name === node.name;
      if (untouched && before[side === 'local' ? 'remote' : 'local'].size > 0) {
        const wasThere = (side === 'local' ? agreedRemote : agreedLocal).has(node.content);
        if (wasThere) assert(!anywhere.has(node.content), `R3: ${node.content} came back`);
      }
    }
  }
}
