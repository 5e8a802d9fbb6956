import type { Config } from '../config/config-schema.ts';
import { type FirstAdministrator, makeFirstAdministrator } from './first-administrator.ts';
import { quietParts } from './node-parts.ts';
import { openNode } from './open-node.ts';

/**
 * Makes a data folder with an administrator; undefined where there are accounts already. Idempotent.
 * @throws AppError `data-in-use`.
 */
export async function initData(config: Config): Promise<FirstAdministrator | undefined> {
  const parts = quietParts();
  await using node = await openNode(config, parts);
  return await makeFirstAdministrator(node.identity, (id) => node.files.createRoot(id), parts.random);
}
