import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut: connections break in the midst, and new ones are refused for a while. */
export interface CuttingProxy extends AsyncDisposable {
  /** Use this instead of the address of the server; stays the same whatever is behind it. */
  readonly url: string;
  /** Leads new connections to another port. */
  retarget(port: number): void;
  /** Breaks every connection there is, with what is on its way. */
  cut(): void;
  /** While false, new connections are broken at once. */
  open: boolean;
}

/** Starts a proxy to a loopback port, on a port of its own. */
export async function cuttingProxy(port: number): Promise<CuttingProxy> {
  let target = port;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Broken connections are what this is for.
    socket.on('error', () => socket.destroy());
  };
  const proxy = { open: true };
  const server = createServer((incoming) => {
    keep(incoming);
    if (!proxy.open) {
      incoming.resetAndDestroy();
      return;
    }
    const onward = connect(target, '127.0.0.1');
    keep(onward);
    incoming.setNoDelay(true);
    onward.setNoDelay(true);
    incoming.pipe(onward);
    onward.pipe(incoming);
    incoming.once('close', () => onward.destroy());
    onward.once('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${address.port}`,
    retarget: (next: number) => {
      target = next;
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
