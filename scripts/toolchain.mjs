// The pinned tools, by absolute path, and a way to run them. Plain JavaScript for Node 18 and newer:
// this runs before anything is installed.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where the pinned Node and pnpm are installed. */
export const toolchain = join(root, 'scripts', 'toolchain');

const windows = process.platform === 'win32';

/** The pinned Node. */
export const node = join(toolchain, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
/** The pinned pnpm, a native program. */
export const pnpm = join(toolchain, 'node_modules', 'pnpm', windows ? 'pnpm.exe' : 'pnpm');

/** The environment in which children find the pinned tools first. */
export function pinnedEnv(extra = {}) {
  const separator = windows ? ';' : ':';
  const path = [dirname(node), dirname(pnpm), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''];
  // Fewer heaps of the C library: they hold on to memory that large transfers no longer need.
  // More threads: files that are synced to the disk side by side share the work of the file system.
  return {
    MALLOC_ARENA_MAX: '2',
    UV_THREADPOOL_SIZE: '16',
    ...process.env,
    PATH: path.join(separator),
    ...extra,
  };
}

/**
 * Runs a program and resolves with its exit code. SIGINT and SIGTERM are handed on, and the program decides
 * when it has ended. `options.capture` collects what it prints instead of showing it.
 */
export function run(command, args, options = {}) {
  const { capture = false, env = pinnedEnv(), cwd = root, shell = false } = options;
  return new Promise((resolve, reject) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd, env, shell, stdio });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    // A terminal sends Ctrl-C to the whole group; a service manager signals this process alone.
    const passOn = (signal) => {
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM'];
    for (const signal of signals) process.on(signal, passOn);
    // npm ends the shell between it and this process, which is then nobody's child and hears of nothing.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500);
    orphaned.unref();
    const done = () => {
      clearInterval(orphaned);
      for (const signal of signals) process.off(signal, passOn);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1), output });
    });
  });
}
