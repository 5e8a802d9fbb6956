import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
let folder: string;
let data: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-process-'));
  data = join(folder, 'data');
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await ended(child);
  }
  rmSync(folder, { recursive: true, force: true });
});

it('a killed node leaves nothing in the way, and SIGTERM and SIGINT end one cleanly', async () => {
  const first = await startNode();
  const code = ended(first.child);
  first.child.kill('SIGKILL');
  expect(await code).toBe(null);
  expect(existsSync(join(data, 'control.sock'))).toBe(true);
  expect(holdfast(['user', 'list', '--data', data])).toContain('admin');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const node = await startNode();
    expect(holdfast(['status', '--data', data])).toContain(node.address);
    const last = ended(node.child);
    node.child.kill(signal);
    expect(await last).toBe(0);
    expect(existsSync(join(data, 'control.sock'))).toBe(false);
  }
});

it('S6 a token is shown neither in the list of processes nor in a log', async () => {
  const node = await startNode();
  const token = holdfast(['token', 'create', '--user', 'admin', '--name', 'x', '--data', data]).trim();
  const local = join(folder, 'local');
  const sync = start([
    'sync',
    local,
    node.address,
    '--user',
    'admin',
    '--token-stdin',
    '--watch',
    '--state',
    join(folder, 'state'),
  ]);
  sync.child.stdin?.end(`${token}\n`);
  await expect.poll(sync.out, { timeout: 30_000 }).toContain('In sync');
  writeFileSync(join(local, 'a.txt'), 'a');
  await expect.poll(sync.out, { timeout: 30_000 }).toContain('uploaded');
  for (const { child } of [node, sync]) expect(shownOf(child.pid ?? 0)).not.toContain(token);
  const last = ended(sync.child);
  sync.child.kill('SIGTERM');
  expect(await last).toBe(0);
  for (const text of [node.out(), node.err(), sync.out(), sync.err()]) expect(text).not.toContain(token);
  expect(node.err()).toContain('"method":"PUT"');
});

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, out: () => out, err: () => err };
}

async function startNode() {
  const state = join(folder, 'node-state');
  const node = start(['run', '--data', data, '--state', state, '--listen', '127.0.0.1:0', '--headless']);
  await expect.poll(node.out, { timeout: 30_000 }).toMatch(/\n$/);
  return { ...node, address: node.out().replace('listening on ', '').trim() };
}

function holdfast(args: readonly string[]): string {
  return execFileSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

/** What other users of the machine can see of a process. */
function shownOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}
