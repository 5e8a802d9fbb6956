import { manualClock } from '@holdfast/base/testing';
import { MemoryRemote } from '@holdfast/client/testing';
import { describe, expect, it } from 'vitest';
import type { StoredIntent } from '../journal/intent.ts';
import { type Item, localState, remoteState } from '../trees/item.ts';
import { addItem, emptyTrees, type Trees } from '../trees/trees.ts';
import { settleRemoteIntents } from './settle-remote-intents.ts';

const mtime = { s: 5, ns: 0 };

function seen(trees: Trees, kind: 'file' | 'folder', name: string): Item {
  const item = addItem(trees, kind === 'folder');
  const plain = { size: 0, mtime, checksums: [], executable: false, permissions: undefined } as const;
  item.remote = remoteState({ path: name, id: `id of ${name}`, kind, etag: 'e', ...plain }, trees.root, name);
  return item;
}

describe('a folder that was about to be made', () => {
  it('is known again, though something that is gone had its inode number; without it here, nothing is agreed on', async () => {
    const trees = emptyTrees();
    const entry = { path: 'made', kind: 'folder', id: '12', size: 0, mtime, ctime: '7' } as const;
    const {
      parent: _parent,
      sha: _sha,
      ...local
    } = localState({ ...entry, executable: false }, trees.root, 'made');
    const stale = seen(trees, 'file', 'other');
    if (stale.remote === undefined) throw new Error('not there');
    const was = localState({ ...entry, kind: 'file', executable: false }, trees.root, 'other');
    stale.base = { local: was, remote: stale.remote, sha: 'ab' };
    stale.local = was;
    const made = seen(trees, 'folder', 'made');
    const intent: StoredIntent = {
      ...{ kind: 'mkdir', side: 'remote', key: undefined, path: 'made', sha: '', other: '' },
      ...{ local, remote: undefined },
    };
    const remote = new MemoryRemote({ clock: manualClock() });
    const takeBack = await settleRemoteIntents(trees, [intent], remote, new AbortController().signal);
    expect(made.base).toMatchObject({ remote: made.remote, local: { name: 'made', parent: trees.root } });
    expect(made.local).toBe(made.base?.local);
    takeBack();
    expect(made.base).toBeDefined();
    made.local = undefined;
    takeBack();
    expect(made.base).toBeUndefined();
  });
});
