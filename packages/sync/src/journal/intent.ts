import type { TreePath } from '@holdfast/base';
import type { Side } from '../engine/events.ts';
import type { Item, LocalState, RemoteState } from '../trees/item.ts';

/** What a local state says but for where it is. */
export type LocalFacts = Omit<LocalState, 'parent' | 'sha'>;
/** What a remote state says but for the folder it is in; what older versions have written has no name. */
export type RemoteFacts = Omit<RemoteState, 'parent' | 'name' | 'sha' | 'sha1'> & { readonly name?: string };

/**
 * A change that is about to take effect, written down before anybody can see the effect; so that a process that is
 * killed before the outcome is in the journal knows its own work again.
 */
export type Intent =
  /** `path` on the server shall hold the bytes of `local`. */
  | {
      readonly kind: 'upload';
      readonly item: Item;
      readonly path: TreePath;
      readonly sha: string;
      readonly local: LocalState;
    }
  /** `path` on the disk shall hold what the server had as `remote`. */
  | {
      readonly kind: 'download';
      readonly item: Item;
      readonly path: TreePath;
      readonly sha: string;
      readonly remote: RemoteState;
    }
  /** `path` on the server shall be the folder `local`. */
  | { readonly kind: 'mkdir'; readonly item: Item; readonly path: TreePath; readonly local: LocalState }
  /**
   * The item shall be at `path` on `side`; on the other side it is there already, as `other`. `local` is what will
   * be agreed on about the local one.
   */
  | {
      readonly kind: 'move';
      readonly side: Side;
      readonly item: Item;
      readonly path: TreePath;
      readonly other: string;
      readonly local: LocalState;
    };

/** An intent as it is read again. */
export interface StoredIntent {
  readonly kind: Intent['kind'];
  readonly side: Side;
  /** The item, where it had a row. */
  readonly key: number | undefined;
  readonly path: TreePath;
  readonly sha: string;
  readonly other: string;
  readonly local: LocalFacts | undefined;
  readonly remote: RemoteFacts | undefined;
}

/** A row of `intent` without its number and run, in the order of its columns. */
export type IntentRow = [
  kind: Intent['kind'],
  side: Side,
  key: number | null,
  path: string,
  sha: string | null,
  other: string | null,
  facts: string,
];

/** The row of an intent. An item that has no row yet is known by its path alone. */
export function toIntentRow(intent: Intent): IntentRow {
  const { kind, item, path } = intent;
  const known = item.savedBase !== undefined || item.savedRemote !== undefined;
  const side = kind === 'move' ? intent.side : kind === 'download' ? 'local' : 'remote';
  const facts = kind === 'download' ? remoteFacts(intent.remote) : localFacts(intent.local);
  return [
    kind,
    side,
    known ? item.key : null,
    path,
    'sha' in intent ? intent.sha : null,
    kind === 'move' ? intent.other : null,
    JSON.stringify(facts),
  ];
}

/** The intent of a row. */
export function fromIntentRow([kind, side, key, path, sha, other, text]: IntentRow): StoredIntent {
  const facts: unknown = JSON.parse(text);
  return {
    kind,
    side,
    key: key ?? undefined,
    path,
    sha: sha ?? '',
    other: other ?? '',
    local: kind === 'download' ? undefined : (facts as LocalFacts),
    remote: kind === 'download' ? fillIn(facts as Partial<RemoteFacts>) : undefined,
  };
}

function localFacts({ parent: _parent, sha: _sha, ...facts }: LocalState): LocalFacts {
  return facts;
}

function remoteFacts({
  name,
  id,
  etag,
  size,
  s,
  ns,
  executable,
  link,
  permissions,
}: RemoteState): RemoteFacts {
  return { name, id, etag, size, s, ns, executable, link, permissions };
}

/** JSON leaves out what is undefined. */
function fillIn(facts: Partial<RemoteFacts>): RemoteFacts {
  const none = { etag: '', size: 0, s: 0, ns: -1, executable: false, link: false };
  return { id: undefined, permissions: undefined, ...none, ...facts };
}
