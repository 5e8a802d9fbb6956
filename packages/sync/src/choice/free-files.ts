import { createHash } from 'node:crypto';
import { isAppError, type TreePath } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import { textOf } from '@holdfast/protocol';
import type { CareParts } from '../care/care-parts.ts';
import { sideBySide } from '../execute/side-by-side.ts';
import {
  type Base,
  type Item,
  type LocalState,
  localEntryOf,
  pathOf,
  type RemoteState,
} from '../trees/item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';

/** What freeing works with. */
export interface FreeParts extends Pick<CareParts, 'journal' | 'folder' | 'clock'> {
  readonly trees: Trees;
  /** Undefined where no server can be asked: then nothing is freed. */
  readonly remote: Remote | undefined;
}

/** What freeing has come to. */
export interface Freed {
  files: number;
  bytes: number;
  readonly left: { readonly path: TreePath; readonly reason: string }[];
}

/** So many files are proven before they are removed and the journal knows of it. */
const batch = 64;
/** So many at the same time. */
const width = 8;

/** A file that may be removed here. */
interface Proven {
  readonly item: Item;
  readonly local: LocalState;
  readonly remote: RemoteState;
  readonly sha: string;
}

/**
 * Removes files here that are proven to be on the server: their bytes here have the agreed hash at this moment, and
 * the server still has the version with that hash (R1). It is in the journal before a file goes that it will, so
 * that a kill at any moment never makes it look like a deletion; and the comparison is repeated when it goes (R5).
 */
export async function freeFiles(parts: FreeParts, items: readonly Item[], freed: Freed): Promise<void> {
  for (let at = 0; at < items.length; at += batch) {
    const proven: Proven[] = [];
    await sideBySide(items.slice(at, at + batch), width, async (item) => {
      const proof = await prove(parts, item);
      if (typeof proof !== 'string') proven.push(proof);
      else freed.left.push({ path: pathOf(item, 'local'), reason: proof });
    });
    await removeHere(parts, proven, freed);
  }
}

async function removeHere(parts: FreeParts, proven: readonly Proven[], freed: Freed): Promise<void> {
  const { trees, journal, folder, clock } = parts;
  for (const { item } of proven) trees.choices.set(item, 'there');
  journal.commit(trees, []);
  try {
    await sideBySide(proven, width, async ({ item, local, remote, sha }) => {
      const path = pathOf(item, 'local');
      try {
        await folder.free(localEntryOf(item, local));
      } catch (error) {
        // The mark stays: whether the file went is seen by the next look at the disk, and until then it may have.
        if (!isAppError(error)) throw error;
        freed.left.push({ path, reason: isAppError(error, 'target-changed') ? changed : textOf(error) });
        return;
      }
      item.local = undefined;
      item.base = undefined;
      item.remote = { ...remote, sha };
      freed.files += 1;
      freed.bytes += local.size;
      const line = { at: clock.now(), kind: 'free', side: 'local', path, outcome: 'done' } as const;
      journal.log({ ...line, target: undefined, code: undefined, key: item.key, sha });
    });
  } finally {
    journal.commit(
      trees,
      proven.map(({ item }) => item),
    );
  }
}

const changed = 'It was changed a moment ago. Sync first.';

/** The proof, or why there is none. */
async function prove(parts: FreeParts, item: Item): Promise<Proven | string> {
  const { trees, folder, remote: server } = parts;
  const { local, remote, base } = item;
  if (local === undefined) return 'It is not here.';
  if (trees.frozen.has(item)) return 'It is left alone at present. See why.';
  if (base === undefined || remote === undefined || !isSettled(item)) {
    return 'It is not the same here and on the server yet. Sync first.';
  }
  const { sha } = base;
  if (!/^[0-9a-f]{64}$/.test(sha)) return 'It is not known by its hash what the server holds.';
  if (server === undefined) return 'The server has to be asked first: free it while it can be reached.';
  try {
    if ((await folder.hash(localEntryOf(item, local))) !== sha) return changed;
    return (await isOnServer(server, item, remote, base))
      ? { item, local, remote, sha }
      : 'The server has another version by now. Sync first.';
  } catch (error) {
    if (isAppError(error, 'target-changed')) return changed;
    if (isAppError(error)) return textOf(error);
    throw error;
  }
}

/** Whether the server still has the version that was agreed on. Where neither hash nor etag proves it, it is read. */
async function isOnServer(
  server: Remote,
  item: Item,
  remote: RemoteState,
  { sha, unproven }: Base,
): Promise<boolean> {
  const path = pathOf(item, 'remote');
  const now = await server.stat(path);
  if (now === undefined || now.kind !== 'file' || now.size !== remote.size || now.etag !== remote.etag)
    return false;
  if (remote.id !== undefined && now.id !== remote.id) return false;
  const told = now.checksums.find(({ kind }) => kind === 'SHA256');
  if (told !== undefined && told.hex !== sha) return false;
  // A server that has not verified what was sent may only repeat the hash that was sent with it.
  if (unproven !== true && (told !== undefined || now.etag !== '')) return true;
  const hash = createHash('sha256');
  for await (const chunk of (await server.read(path)).body) hash.update(chunk);
  return hash.digest('hex') === sha;
}
