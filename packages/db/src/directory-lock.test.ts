import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acquireDirectoryLock } from './directory-lock.ts';

const directories: string[] = [];
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  directories.push(directory);
  return directory;
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe('acquireDirectoryLock', () => {
  it('refuses a second owner, and names the first', () => {
    const directory = newDirectory();
    const lock = acquireDirectoryLock(directory);
    expect(() => acquireDirectoryLock(directory)).toThrow(
      expect.objectContaining({
        code: 'data-in-use',
        details: expect.objectContaining({ pid: process.pid }),
      }),
    );
    lock.release();
    lock.release();
    acquireDirectoryLock(directory).release();
  });

  it('is given free by the system when its process is killed', async () => {
    const directory = newDirectory();
    const code = `const { acquireDirectoryLock } = await import(${JSON.stringify(import.meta.resolve('./directory-lock.ts'))});
      acquireDirectoryLock(${JSON.stringify(directory)}); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(() => acquireDirectoryLock(directory)).toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    acquireDirectoryLock(directory).release();
  });
});
