import { type CountingProxy, countingProxy } from './counting-proxy.ts';
import { type NodeWithAccount, nodeWithAccount } from './node-with-account.ts';
import { type SyncClient, syncClient, syncOnce } from './sync-client.ts';

/** Two of our clients on the same folder of one node, each behind a proxy that counts. */
export interface ClientPair extends AsyncDisposable {
  readonly world: NodeWithAccount;
  readonly a: SyncClient;
  readonly b: SyncClient;
  /** Counts what both clients send. */
  readonly proxy: CountingProxy;
  /** Syncs a, b and a again, which brings both to the same state whatever has happened. */
  meet(): Promise<void>;
}

/** Starts a node and prepares two clients for its folder `shared`. Nothing has been synced yet. */
export async function clientPair(label?: string): Promise<ClientPair> {
  await using cleanup = new AsyncDisposableStack();
  const world = cleanup.use(await nodeWithAccount(label));
  const proxy = cleanup.use(await countingProxy(world.node.url));
  const { name: user, token } = world.account;
  const make = (name: string) =>
    syncClient({
      local: world.folder.at(name),
      state: world.folder.at(`state-${name}`),
      url: `${proxy.url}/shared`,
      user,
      token,
    });
  const [a, b] = [await make('a'), await make('b')];
  const owned = cleanup.move();
  return {
    world,
    a,
    b,
    proxy,
    meet: async () => {
      await syncOnce(a);
      await syncOnce(b);
      await syncOnce(a);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
