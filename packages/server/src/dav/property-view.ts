import type { TreePath } from '@holdfast/base';
import type { Lock, TreeNode } from '@holdfast/files';
import type { DavCall } from './dav-call.ts';
import { permissionLetters } from './permissions-of.ts';

/** What live properties are computed from, besides the node. Gathered once a request. */
export interface PropertyView {
  readonly mount: string;
  readonly instanceId: string;
  readonly epoch: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly letters: (node: TreeNode) => string;
  readonly quota: { readonly used: number; readonly limit: number | undefined };
  readonly syncToken: string;
  /** Of the nodes at hand; filled anew for every batch. */
  locks: ReadonlyMap<TreePath, readonly Lock[]>;
}

/** Which of the costly parts of a view the requested properties need. */
export interface ViewNeeds {
  readonly quota: boolean;
  readonly syncToken: boolean;
}

/** Gathers a view, asking the store only for what is needed. */
export async function createView(call: DavCall, needs: ViewNeeds): Promise<PropertyView> {
  const { actor, principal, parts } = call;
  return {
    mount: call.mount,
    instanceId: parts.files.identity.instanceId,
    epoch: parts.files.identity.epoch,
    ownerId: principal.userId,
    ownerName: principal.displayName,
    letters: await lettersFor(call),
    quota: needs.quota ? await parts.files.quota(actor) : { used: 0, limit: undefined },
    syncToken: needs.syncToken ? await parts.files.syncToken(actor) : '',
    locks: new Map(),
  };
}

/** The permission letters of the caller. */
export async function lettersFor({ actor, parts }: Pick<DavCall, 'actor' | 'parts'>) {
  if (!actor.within) return permissionLetters(actor, undefined);
  const paths = await parts.files.pathsOf(actor.userId, actor.within);
  return permissionLetters(actor, [...paths.values()]);
}
