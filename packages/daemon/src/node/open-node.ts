import { existsSync } from 'node:fs';
import { type BlobStore, DiskBlobStore } from '@holdfast/blobs';
import { acquireDirectoryLock, type Db, openDb } from '@holdfast/db';
import { createFiles, type Files } from '@holdfast/files';
import { createIdentity, defaultIdentitySettings, type Identity } from '@holdfast/identity';
import type { Config } from '../config/config-schema.ts';
import { type DataFolder, dataFolder, makeDataFolder } from './data-folder.ts';
import type { NodeParts } from './node-parts.ts';
import { readOrMakeSecretKey } from './secret-key.ts';

/** A data folder opened by this process, which has its lock. */
export interface Node extends AsyncDisposable {
  readonly folder: DataFolder;
  readonly config: Config;
  readonly parts: NodeParts;
  readonly db: Db;
  readonly blobs: BlobStore;
  readonly files: Files;
  readonly identity: Identity;
}

/**
 * Takes the lock of the data folder and opens, or makes, what is in it.
 * @throws AppError `data-in-use`; those of the database and the stores.
 */
export async function openNode(config: Config, parts: NodeParts): Promise<Node> {
  const { clock, random, logger } = parts;
  const folder = dataFolder(config.data);
  await using stack = new AsyncDisposableStack();
  makeDataFolder(folder);
  stack.use(acquireDirectoryLock(folder.root));
  const isNew = !existsSync(folder.database);
  // Before the database: a store without its key would look whole and refuse every token.
  const pepper = readOrMakeSecretKey(folder.secretKey, random);
  const db = stack.adopt(await openDb({ path: folder.database, random }), (opened) => opened.close());
  const blobs = new DiskBlobStore(folder.blobs, { clock, random });
  const files = await createFiles({ db, blobs, clock, random });
  const identity = stack.adopt(
    createIdentity({
      db,
      clock,
      random,
      logger,
      pepper,
      settings: { ...defaultIdentitySettings, passwordOverBasic: config.http.passwordLogin },
    }),
    (opened) => opened.close(),
  );
  // A stop between making an account and its folder must not leave the account without one.
  for (const { id, quotaBytes } of await identity.accounts()) await files.createRoot(id, quotaBytes);
  if (isNew) logger.info('made a new data folder', { data: folder.root });
  const owned = stack.move();
  return {
    ...{ folder, config, parts, db, blobs, files, identity },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
