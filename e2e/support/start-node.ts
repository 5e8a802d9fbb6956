import { type ChildProcess, spawn } from 'node:child_process';
import { childEnv } from './config.ts';
import { holdfastPath } from './repository.ts';
import { killGroup } from './run-command.ts';

/** A node that runs as a process of its own. */
export interface RunningNode extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The process that serves (the command hands over to it, or is it). */
  readonly pid: number;
  /** Everything it has said on standard error so far. */
  log(): string;
  /** Milliseconds from the start of the command to the line that says it listens. */
  readonly readyMs: number;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM, and the exit code it ended with. */
  stop(): Promise<number | undefined>;
}

/** How to start a node. */
export interface NodeOptions {
  readonly data: string;
  /** 0, the default, for any. */
  readonly port?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const ready = /^listening on (http:\/\/[\d.]+:(\d+))/m;

/** Starts `holdfast run` and resolves when it listens; rejects with what it said when it ends before. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const started = performance.now();
  const listen = `127.0.0.1:${options.port ?? 0}`;
  const child = spawn(
    holdfastPath,
    ['run', '--data', options.data, '--listen', listen, '--headless', ...(options.args ?? [])],
    {
      detached: true,
      // Nodes of tests must not take each other's, or a person's, state folder.
      env: childEnv({ HOLDFAST_STATE: `${options.data}-state`, ...options.env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => resolve(code ?? undefined));
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    // Enough to explain a failure, not enough to matter after hours of kill loops.
    log = (log + chunk.toString()).slice(-200_000);
  });
  const [url, port] = await untilReady(child, () => log);
  const pid = child.pid ?? 0;
  const kill = async () => {
    killGroup(pid, 'SIGKILL');
    await ended;
  };
  return {
    url,
    port,
    pid,
    readyMs: performance.now() - started,
    log: () => log,
    kill,
    stop: async () => {
      killGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => killGroup(pid, 'SIGKILL'), 20_000);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
    [Symbol.asyncDispose]: kill,
  };
}

async function untilReady(child: ChildProcess, log: () => string): Promise<[string, number]> {
  let said = '';
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      killGroup(child.pid, 'SIGKILL');
      reject(new Error(`the node did not get ready\n${said}\n${log()}`));
    }, 60_000);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const match = ready.exec(said);
      if (match?.[1] && match[2]) {
        const [url, port] = [match[1], Number(match[2])] as const;
        settle(() => resolve([url, port]));
      }
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code) =>
      settle(() => reject(new Error(`the node ended with ${code}\n${said}\n${log()}`))),
    );
  });
}
