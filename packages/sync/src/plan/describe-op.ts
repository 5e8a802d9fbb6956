import { childOf } from '@holdfast/base';
import type { PlannedStep } from '../engine/events.ts';
import { pathOf } from '../trees/item.ts';
import type { Op } from './op.ts';

/** An operation as data for people; undefined for what is only bookkeeping. Paths are as of now. */
export function describeOp(op: Op): PlannedStep | undefined {
  const { item } = op;
  const local = () => pathOf(item, 'local');
  const remote = () => pathOf(item, 'remote');
  const step = (
    kind: PlannedStep['kind'],
    side: PlannedStep['side'],
    path: string,
    sentence: string,
    more: { to?: string; bytes?: number; destroys?: number } = {},
  ): PlannedStep => ({ bytes: 0, destroys: 0, ...more, kind, side, path, sentence });
  switch (op.kind) {
    case 'adopt':
    case 'forget':
      return undefined;
    case 'hash':
      return step('hash', 'local', local(), `Read "${local()}" to see whether it has changed.`);
    case 'compare': {
      const bytes = item.remote?.size ?? 0;
      const sentence = `Read "${remote()}" from the server (${bytes} bytes) to compare it.`;
      return step('compare', 'remote', remote(), sentence, { bytes });
    }
    case 'mkdir': {
      const name = op.side === 'local' ? op.place.lname : op.place.rname;
      const path = childOf(pathOf(op.place.parent, op.side), name);
      return step('mkdir', op.side, path, `Make the folder "${path}" ${where(op.side)}.`);
    }
    case 'move': {
      const from = pathOf(item, op.side);
      const to = childOf(pathOf(op.to.parent, op.side), op.to.name);
      return step('move', op.side, from, `Move "${from}" to "${to}" ${where(op.side)}.`, { to });
    }
    case 'set-aside': {
      const to = childOf(item.local === undefined ? '' : pathOf(item.local.parent, 'local'), op.name);
      const sentence = `Keep the local version of "${local()}" as "${to}".`;
      return step('set-aside', 'local', local(), sentence, { to });
    }
    case 'upload': {
      const bytes = item.local?.size ?? 0;
      const path =
        item.remote === undefined ? childOf(pathOf(op.place.parent, 'remote'), op.place.rname) : remote();
      const verb = item.remote === undefined ? 'Upload' : 'Replace on the server';
      const destroys = item.remote === undefined ? 0 : 1;
      return step('upload', 'remote', path, `${verb} "${path}" (${bytes} bytes).`, { bytes, destroys });
    }
    case 'download': {
      const bytes = item.remote?.size ?? 0;
      const path =
        item.local === undefined ? childOf(pathOf(op.place.parent, 'local'), op.place.lname) : local();
      const verb = item.local === undefined ? 'Download' : 'Replace here';
      const destroys = item.local === undefined ? 0 : 1;
      return step('download', 'local', path, `${verb} "${path}" (${bytes} bytes).`, { bytes, destroys });
    }
    case 'touch': {
      const path = pathOf(item, op.side);
      return step('touch', op.side, path, `Set time and rights of "${path}" ${where(op.side)}.`);
    }
    case 'delete': {
      const path = pathOf(item, op.side);
      const destroys = op.below.filter((one) => !one.folder).length;
      const what = item.folder ? 'the folder ' : '';
      const inIt = item.folder && destroys > 0 ? ` with ${destroys} files` : '';
      const sentence = `Remove ${what}"${path}"${inIt} ${where(op.side)}.`;
      return step('delete', op.side, path, sentence, { destroys });
    }
  }
}

function where(side: 'local' | 'remote'): string {
  return side === 'local' ? 'here' : 'on the server';
}
