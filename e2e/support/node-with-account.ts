import { makeAccount, type TestAccount } from './accounts.ts';
import { type RunningNode, startNode } from './start-node.ts';
import { type TempFolder, tempFolder } from './temp-folder.ts';

/** A running node with one account, and a temporary folder that holds everything of it. */
export interface NodeWithAccount extends AsyncDisposable {
  readonly folder: TempFolder;
  /** The data folder of the node. */
  readonly data: string;
  readonly node: RunningNode;
  readonly account: TestAccount;
  /** `http://127.0.0.1:PORT/remote.php/dav/files/NAME` */
  readonly davUrl: string;
}

/** Starts a node on a new data folder and makes an account and a token on it. */
export async function nodeWithAccount(label?: string): Promise<NodeWithAccount> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder(label));
  const data = folder.at('node');
  const node = cleanup.use(await startNode({ data }));
  const account = await makeAccount(data);
  const owned = cleanup.move();
  return {
    folder,
    data,
    node,
    account,
    davUrl: `${node.url}/remote.php/dav/files/${account.name}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
