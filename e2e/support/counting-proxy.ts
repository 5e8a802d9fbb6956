import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A reverse proxy that counts what passes through it. */
export interface CountingProxy extends AsyncDisposable {
  /** Use this instead of the address of the server. */
  readonly url: string;
  readonly counts: Readonly<ProxyCounts>;
  reset(): void;
}

/** What has passed since the last reset. */
export interface ProxyCounts {
  /** Requests by method. */
  readonly methods: Map<string, number>;
  /** `METHOD /path → status`, in the order of the answers. */
  readonly lines: string[];
  /** Bytes of request bodies. */
  up: number;
  /** Bytes of answer bodies. */
  down: number;
}

/** The methods that change something on a server. */
export const writingMethods = ['PUT', 'MKCOL', 'MOVE', 'COPY', 'DELETE', 'PROPPATCH', 'POST'] as const;

/** How many requests that change something have passed. */
export function countWrites(counts: ProxyCounts): number {
  return writingMethods.reduce((sum, method) => sum + (counts.methods.get(method) ?? 0), 0);
}

/** Starts a counting reverse proxy in front of `target` (`http://HOST:PORT`), on a loopback port of its own. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  const counts: ProxyCounts = { methods: new Map(), lines: [], up: 0, down: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    forward(target, agent, counts, incoming, outgoing);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts,
    reset: () => {
      counts.methods.clear();
      counts.lines.length = 0;
      counts.up = 0;
      counts.down = 0;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(
  target: string,
  agent: Agent,
  counts: ProxyCounts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const method = incoming.method ?? 'GET';
  counts.methods.set(method, (counts.methods.get(method) ?? 0) + 1);
  const onward = request(target + (incoming.url ?? '/'), {
    agent,
    method,
    headers: incoming.headers,
    setHost: false,
  });
  onward.on('response', (answer) => {
    counts.lines.push(`${method} ${incoming.url ?? ''} → ${answer.statusCode ?? 0}`);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('data', (chunk: Buffer) => {
      counts.down += chunk.length;
    });
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) onward.destroy();
  });
  incoming.on('data', (chunk: Buffer) => {
    counts.up += chunk.length;
  });
  incoming.pipe(onward);
}
