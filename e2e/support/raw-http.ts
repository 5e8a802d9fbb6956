import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came back on a raw connection. */
export interface RawAnswer {
  /** Status of the first answer; undefined when the connection ended without one. */
  readonly status: number | undefined;
  readonly text: string;
  /** Milliseconds until the other side closed the connection; undefined when it did not within the time. */
  readonly closedAfter: number | undefined;
}

/** Sends bytes as they are, then waits until the server closes or `wait` milliseconds are over. */
export async function rawRequest(
  port: number,
  bytes: string | Buffer,
  options: { readonly wait: number; readonly end?: 'reset' | 'half-close' },
): Promise<RawAnswer> {
  const started = performance.now();
  const socket: Socket = connect(port, '127.0.0.1');
  let text = '';
  let closedAfter: number | undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      closedAfter = performance.now() - started;
      resolve();
    });
  });
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (options.end === 'reset') {
    await sleep(50);
    socket.resetAndDestroy();
  } else if (options.end === 'half-close') socket.end();
  await Promise.race([closed, sleep(options.wait)]);
  socket.destroy();
  const status = /^HTTP\/1\.1 (\d{3})/m.exec(text.replace(/^HTTP\/1\.1 100 [\s\S]*?\r\n\r\n/, ''))?.[1];
  return { status: status === undefined ? undefined : Number(status), text, closedAfter };
}
