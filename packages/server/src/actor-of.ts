import { AppError } from '@holdfast/base';
import type { Actor, NodeId } from '@holdfast/files';
import type { Principal } from '@holdfast/identity';

/**
 * What a principal may touch of the file tree.
 * @throws AppError `not-signed-in` on a route that let nobody in particular through.
 */
export function actorOf(principal: Principal | undefined): Actor {
  if (!principal) throw new AppError('not-signed-in');
  const all = principal.via === 'password';
  const actor: Actor = {
    userId: principal.userId,
    read: all || principal.scopes.includes('files:read'),
    write: all || principal.scopes.includes('files:write'),
    delete: all || principal.scopes.includes('files:delete'),
  };
  return principal.within === undefined ? actor : { ...actor, within: principal.within as readonly NodeId[] };
}
