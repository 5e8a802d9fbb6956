import {
  recordAdopted,
  recordDeleted,
  recordFetched,
  recordForgotten,
  recordMade,
  recordMoved,
  recordSent,
  recordSetAside,
  recordTouched,
} from '../execute/record.ts';
import type { Op } from '../plan/op.ts';
import { type Item, type LocalState, localState, type RemoteState, remoteState } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import { type ModelNode, type ModelSide, modelHash } from './model-side.ts';

/** Both sides of a model, with whether its server tells checksums. */
export interface Model {
  readonly local: ModelSide;
  readonly remote: ModelSide;
  readonly checksums: boolean;
}

/** Carries out one operation on the model, which refuses what does not fit. */
export function applyOp(trees: Trees, model: Model, op: Op): void {
  const { item } = op;
  const see = (side: 'local' | 'remote', node: ModelNode, parent: Item) =>
    side === 'local' ? seeLocal(model, node, parent) : seeRemote(model, node, parent);
  switch (op.kind) {
    case 'adopt':
      recordAdopted(op);
      return;
    case 'forget':
      recordForgotten(trees, op);
      return;
    case 'hash':
      present(item.local).sha = modelHash(nodeOf(model, item, 'local').content);
      return;
    case 'compare':
      present(item.remote).sha = modelHash(nodeOf(model, item, 'remote').content);
      return;
    case 'mkdir': {
      const name = op.side === 'local' ? op.place.lname : op.place.rname;
      const node = model[op.side].create(idOf(op.place.parent, op.side), name, true, '', 0);
      recordMade(op, see(op.side, node, op.place.parent));
      return;
    }
    case 'move': {
      const node = model[op.side].move(idOf(item, op.side), idOf(op.to.parent, op.side), op.to.name);
      recordMoved(op, see(op.side, node, op.to.parent));
      return;
    }
    case 'set-aside': {
      const { parent } = present(item.local);
      const node = model.local.move(idOf(item, 'local'), idOf(parent, 'local'), op.name);
      recordSetAside(trees, op, seeLocal(model, node, parent));
      return;
    }
    case 'upload': {
      const source = nodeOf(model, item, 'local');
      const node =
        item.remote === undefined
          ? model.remote.create(
              idOf(op.place.parent, 'remote'),
              op.place.rname,
              false,
              source.content,
              source.mtime,
            )
          : model.remote.edit(idOf(item, 'remote'), source.content, source.mtime);
      model.remote.touch(node.id, source.mtime, source.executable);
      const remote = seeRemote(model, node, item.remote?.parent ?? op.place.parent);
      recordSent(op, present(item.local), remote, modelHash(source.content));
      return;
    }
    case 'download': {
      const source = nodeOf(model, item, 'remote');
      const node =
        item.local === undefined
          ? model.local.create(
              idOf(op.place.parent, 'local'),
              op.place.lname,
              false,
              source.content,
              source.mtime,
            )
          : model.local.edit(idOf(item, 'local'), source.content, source.mtime);
      model.local.touch(node.id, source.mtime, source.executable);
      const local = seeLocal(model, node, item.local?.parent ?? op.place.parent);
      recordFetched(op, local, present(item.remote), modelHash(source.content));
      return;
    }
    case 'touch': {
      const from = nodeOf(model, item, op.side === 'local' ? 'remote' : 'local');
      const node = model[op.side].touch(idOf(item, op.side), from.mtime, from.executable);
      recordTouched(op, see(op.side, node, present(item[op.side]).parent));
      return;
    }
    case 'delete':
      model[op.side].remove(idOf(item, op.side), op.below.length > 1);
      recordDeleted(trees, op);
      return;
  }
}

function seeLocal(model: Model, node: ModelNode, parent: Item): LocalState {
  return localState(model.local.localEntry(node), parent, node.name);
}

function seeRemote(model: Model, node: ModelNode, parent: Item): RemoteState {
  return remoteState(model.remote.remoteEntry(node, model.checksums), parent, node.name);
}

function nodeOf(model: Model, item: Item, side: 'local' | 'remote'): ModelNode {
  return model[side].get(idOf(item, side));
}

function idOf(item: Item, side: 'local' | 'remote'): string {
  return item.key === 0 ? '' : String(present(item[side]).id ?? '');
}

function present<T>(state: T | undefined): T {
  if (state === undefined) throw new Error('planned for something that is not there');
  return state;
}
