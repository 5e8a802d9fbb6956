import type { Node } from '../node/open-node.ts';
import { productVersion } from '../version.ts';
import type { NodeHandlers } from './dispatch.ts';
import { accountHandlers } from './handle-accounts.ts';
import { storeHandlers } from './handle-store.ts';

/** Of a node that serves. */
export interface RunningAs {
  readonly pid: number;
  readonly address: string;
  readonly startedAt: number;
}

/** The node's commands on an opened data folder; `running` when this process serves it. */
export function nodeHandlers(node: Node, running?: RunningAs): NodeHandlers {
  const { files, identity, folder } = node;
  return {
    ...accountHandlers(node),
    ...storeHandlers(node),
    status: async () => {
      const accounts = await identity.accounts();
      return {
        version: productVersion,
        data: folder.root,
        ...files.identity,
        ...(running === undefined ? {} : { running }),
        accounts: await Promise.all(
          accounts.map(async ({ id }) => {
            const quota = await files.quota({ userId: id, read: true, write: false, delete: false });
            return {
              id,
              usedBytes: quota.used,
              ...(quota.limit === undefined ? {} : { quotaBytes: quota.limit }),
            };
          }),
        ),
      };
    },
  };
}
