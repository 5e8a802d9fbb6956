import { acquireDirectoryLock } from '@holdfast/db';
import type { Surroundings } from '../config/default-folders.ts';
import { FileSecretStore } from '../keychain/file-secret-store.ts';
import { keychainProcess } from '../keychain/keychain-process.ts';
import { KeychainSecretStore } from '../keychain/keychain-secret-store.ts';
import { lookAtSecretService } from '../keychain/secret-service-lock.ts';
import type { SecretStore } from '../keychain/secret-store.ts';
import type { NodeParts } from '../node/node-parts.ts';
import type { OpenSyncPair } from '../sync/open-sync-pair.ts';
import { type BandwidthLimits, createNodeFetch } from '../transport/node-fetch.ts';
import { Folders, type OpenCare } from './folders.ts';
import { SettingsFile } from './settings-file.ts';
import { makeStateFolder, stateFolder } from './state-folder.ts';

/** What can be replaced where folders are opened: the machine's own is taken for what is left out. */
export interface FolderOptions {
  readonly keychain?: SecretStore;
  readonly openPair?: OpenSyncPair;
  readonly openCare?: OpenCare;
  /** Further folders with data of this program, which must not be synced. */
  readonly own?: readonly string[];
}

/** The synced folders of a state folder, whose lock this process has. */
export interface OpenedFolders extends AsyncDisposable {
  readonly folders: Folders;
}

/**
 * Takes the lock of a state folder and opens its settings. Nothing is synced before `start`.
 * @throws AppError `data-in-use`, `data-too-new`, `store-damaged`.
 */
export function openFolders(
  state: string,
  surroundings: Surroundings,
  { clock, random, logger }: NodeParts,
  options: FolderOptions = {},
): OpenedFolders {
  const place = stateFolder(state);
  using stack = new DisposableStack();
  makeStateFolder(place);
  stack.use(acquireDirectoryLock(place.root));
  const file = new SettingsFile(place.settings, random);
  const limits: BandwidthLimits = { up: undefined, down: undefined };
  const { fetch } = stack.use(createNodeFetch({ limits, clock }));
  const { platform } = surroundings;
  const keychain =
    options.keychain ??
    new KeychainSecretStore({ call: keychainProcess(), lookAtLock: lookAtSecretService(platform), platform });
  const folders = new Folders({
    ...{ place, file, fetch, surroundings, clock, random, logger },
    secrets: { keychain, file: new FileSecretStore(place.secrets, random) },
    // Loaded when the first folder needs them: a node without folders does without.
    openPair:
      options.openPair ??
      (async (target, world) => {
        const { openSyncPair } = await import('../sync/open-sync-pair.ts');
        return await openSyncPair(target, world);
      }),
    openCare:
      options.openCare ??
      (async (pair) => {
        const { openPairCare } = await import('../sync/open-pair-care.ts');
        return await openPairCare(pair, { clock, random });
      }),
    setLimits: ({ up, down }) => Object.assign(limits, { up, down }),
    ...(options.own === undefined ? {} : { own: options.own }),
  });
  const owned = stack.move();
  return {
    folders,
    [Symbol.asyncDispose]: async () => {
      await folders[Symbol.asyncDispose]();
      owned.dispose();
    },
  };
}
