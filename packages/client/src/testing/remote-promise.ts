import type { TreePath } from '@holdfast/base';
import type { Remote } from '../remote.ts';

/** A remote, and what another client does on the same server. Starts empty. */
export interface RemoteUnderTest {
  readonly remote: Remote;
  /** Creates or overwrites a file, with the folders above. */
  write(path: TreePath, text: string): Promise<void>;
  remove(path: TreePath): Promise<void>;
  move(from: TreePath, to: TreePath): Promise<void>;
  read(path: TreePath): Promise<string | undefined>;
}

/** One promise of the port. */
export interface RemotePromise {
  readonly name: string;
  run(world: RemoteUnderTest): Promise<void>;
}
