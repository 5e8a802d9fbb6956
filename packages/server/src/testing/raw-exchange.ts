import { connect, type Socket } from 'node:net';

/** A connection that is written and read byte by byte. */
export interface RawConnection {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Waits until what has arrived fits the pattern; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Waits for the other side to end the connection; gives all that arrived. */
  ended(): Promise<string>;
}

/** Connects to the loopback. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let seen = '';
  let over = false;
  const waiting = new Set<() => void>();
  const look = () => {
    for (const wake of waiting) wake();
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1');
    look();
  });
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      over = true;
      look();
    });
  }
  const wait = (done: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const wake = () => {
        if (!done() && !over) return;
        waiting.delete(wake);
        if (done()) resolve(seen);
        else reject(new Error(`The connection ended after: ${seen}`));
      };
      waiting.add(wake);
      wake();
    });
  return {
    socket,
    send: (text) => {
      socket.write(text);
    },
    until: (pattern) => wait(() => pattern.test(seen)),
    ended: () => wait(() => over),
  };
}
