import type { TreePath } from '@holdfast/base';
import type { LocalEntry } from '@holdfast/localfs';
import type { StoredLine } from '../journal/log-table.ts';
import { pathOf } from '../trees/item.ts';
import type { Source } from './hands.ts';
import { sourceOfKept } from './sources.ts';
import { undoMove } from './undo-move.ts';
import type { Undone, UndoParts } from './undo-parts.ts';

/**
 * Takes back one step of a run, if what it has left is still there as it was left. What has changed since is not
 * touched.
 * @throws AppError those of the folder.
 */
export async function undoStep(parts: UndoParts, line: StoredLine): Promise<Undone> {
  const { kind, side } = line;
  if (side === 'remote') {
    if (kind === 'delete') return await undoRemoteDelete(parts, line);
    return kind === 'upload' ? leftUpload(line) : undefined;
  }
  if (kind === 'delete') return await undoDelete(parts, line);
  if (kind === 'download' || kind === 'restore') return await undoContent(parts, line);
  if (kind === 'move') return await undoMove(parts, line);
  if (kind === 'mkdir' && parts.own) return await undoMkdir(parts, line);
  return kind === 'set-aside' ? leftConflict(line) : undefined;
}

async function undoDelete(parts: UndoParts, { path, sha, kept: id }: StoredLine): Promise<Undone> {
  const { hands } = parts;
  const there = await hands.stat(path);
  if (sha === '' && id === undefined) {
    if (there?.kind === 'folder') return undefined;
    if (there !== undefined) return { path, reason: 'A file is in the place of the folder now.' };
    await hands.mkdir(path);
    return { path, sentence: `The folder "${path}" is here again.` };
  }
  const kept = id === undefined ? undefined : parts.versions.get(id);
  if (kept === undefined) return { path, reason: notKept };
  const source = sourceOfKept(parts.folder, kept);
  const newcomer = there?.kind === 'file' ? parts.newcomers.get(path) : undefined;
  if (there === undefined || newcomer === undefined || (await hands.sha(there)) !== newcomer) {
    return await putBack(parts, source, path, there);
  }
  // Another file came to its place in the same run: to whoever looks at it, it was replaced.
  await hands.put(source, path, there);
  return { path, sentence: `"${path}" has its earlier content again.` };
}

async function undoRemoteDelete(parts: UndoParts, { path: there, target, sha }: StoredLine): Promise<Undone> {
  const path = target ?? there;
  const now = await parts.hands.stat(path);
  if (sha === '') {
    if (now !== undefined) return undefined;
    await parts.hands.mkdir(path);
    return { path, sentence: `The folder "${path}" is here again.` };
  }
  const source = sha === undefined ? undefined : await parts.bytes.find(sha);
  if (source === undefined) return now === undefined ? { path, reason: removedThere } : undefined;
  return await putBack(parts, source, path, now);
}

/** Puts bytes where nothing is any more. */
async function putBack(
  { hands }: UndoParts,
  source: Source,
  path: TreePath,
  now: LocalEntry | undefined,
): Promise<Undone> {
  if (now === undefined) {
    await hands.put(source, path, 'absent');
    return { path, sentence: `"${path}" is here again.` };
  }
  const same =
    now.kind === 'file' && now.size === source.size && (await hands.sha(now)) === (await hands.shaOf(source));
  return same ? undefined : { path, reason: 'Something else is in its place by now. It was left alone.' };
}

/** Bytes were put somewhere: in the place of others, which come back; or (in a run of a person's own) of nothing. */
async function undoContent(parts: UndoParts, line: StoredLine): Promise<Undone> {
  const { hands, own } = parts;
  const replaced = line.kept !== undefined;
  if (!replaced && !own) {
    if (line.made !== undefined) parts.newcomers.set(line.path, line.made);
    return undefined;
  }
  const at = await findMade(parts, line);
  if (typeof at === 'string') {
    // Taken back already, such as before an undo was interrupted.
    if (at === 'as before') return undefined;
    return { path: line.path, reason: at };
  }
  if (!replaced) {
    await hands.remove(at);
    return { path: at.path, sentence: `"${at.path}" was removed again.` };
  }
  const kept = line.kept === undefined ? undefined : parts.versions.get(line.kept);
  if (kept === undefined) return { path: at.path, reason: notKept };
  await hands.put(sourceOfKept(parts.folder, kept), at.path, at);
  return { path: at.path, sentence: `"${at.path}" has its earlier content again.` };
}

/** The file that a step has left, at its path or where it was moved since; or why it is not to be touched. */
async function findMade(
  parts: UndoParts,
  { path, key, made, sha, kept }: StoredLine,
): Promise<LocalEntry | string> {
  const { hands, journal } = parts;
  const item = key === undefined ? undefined : journal.nodes.withKey(key);
  const moved = item?.base === undefined ? path : pathOf(item, 'local');
  let found = false;
  for (const at of new Set([path, moved])) {
    const entry = await hands.stat(at);
    if (entry?.kind !== 'file') continue;
    found = true;
    const now = await hands.sha(entry);
    if (now === made) return entry;
    if (now === sha && kept !== undefined) return 'as before';
  }
  if (kept === undefined && !found) return 'as before';
  return found
    ? 'It was changed since. It was left alone.'
    : 'It was removed or moved since. Restore it from its history if it is wanted.';
}

async function undoMkdir({ hands }: UndoParts, { path }: StoredLine): Promise<Undone> {
  const there = await hands.stat(path);
  if (there?.kind !== 'folder') return undefined;
  await hands.remove(there);
  return { path, sentence: `The folder "${path}" was removed again.` };
}

function leftUpload({ path, sha, made }: StoredLine): Undone {
  if (sha === undefined || sha === made) return undefined;
  const reason = `It was changed here, and stays as it is here. What it was on the server before is not on this computer; ${lookThere}`;
  return { path, reason };
}

function leftConflict({ path, target = path }: StoredLine): Undone {
  const reason = `Both sides had changed it; both versions are here, the local one as "${target}". Decide with the conflict list.`;
  return { path, reason };
}

const lookThere = "look among the server's versions.";
const notKept = 'The version is not in the local history any more.';
const removedThere =
  "It was removed on the server because it had been removed here, and this computer has no copy. Look into the server's trash.";
