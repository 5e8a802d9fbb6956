import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = import.meta.dirname;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-boundaries-'));
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(scripts, 'boundaries.json'), join(folder, 'scripts', 'boundaries.json'));
  addPackage('base', {}, { 'index.ts': 'export const one = 1;', 'inner.ts': 'export const two = 2;' });
  addPackage('db', { '@holdfast/base': 'workspace:*', kysely: '1' }, { 'index.ts': 'export {};' });
  addPackage('localfs', { '@holdfast/base': 'workspace:*' }, { 'index.ts': 'export {};' });
  put('packages/localfs/src/scan.ts', "import { one } from '@holdfast/base';\nimport 'node:fs';\nvoid one;");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the boundary check', () => {
  it('passes what the table allows', () => {
    expect(check()).toMatchObject({ status: 0 });
  });

  it.each([
    [
      'a forbidden package',
      'packages/localfs/src/a.ts',
      "import '@holdfast/db';",
      'localfs may not import db',
    ],
    [
      'a forbidden type',
      'packages/base/src/a.ts',
      "import type { X } from '@holdfast/db';",
      'may not import db',
    ],
    ['a dynamic import', 'packages/base/src/a.ts', "await import('@holdfast/db');", 'may not import db'],
    ['an import type', 'packages/base/src/a.ts', "type T = import('@holdfast/db').T;", 'may not import db'],
    ['a re-export', 'packages/base/src/a.ts', "export * from '@holdfast/db';", 'may not import db'],
    [
      'a path past the index',
      'packages/db/src/a.ts',
      "import '../../base/src/inner.ts';",
      'through its index',
    ],
    ['a name past the exports', 'packages/db/src/a.ts', "import '@holdfast/base/inner';", 'leads nowhere'],
    ['a missing file', 'packages/db/src/a.ts', "import './nothing.ts';", 'leads nowhere'],
    ['Node where none is', 'packages/base/src/a.ts', "import 'node:fs';", 'base runs without Node'],
    ['an engine outside its home', 'packages/localfs/src/a.ts', "import 'better-sqlite3';", 'only for'],
    ['Kysely outside db', 'packages/localfs/src/a.ts', "import { Kysely } from 'kysely';", 'only for'],
    ['electron outside the desktop', 'packages/localfs/src/a.ts', "import 'electron';", 'only for'],
    ['keytar outside the keychain', 'packages/localfs/src/a.ts', "import 'keytar';", 'only for'],
    ['fakes in the product', 'packages/db/src/a.ts', "import '@holdfast/base/testing';", 'for tests'],
    ['an undeclared package', 'packages/db/src/a.ts', "import 'left';", 'not declared'],
    ['a circle', 'packages/base/src/inner.ts', "import './index.ts'; import './inner.ts';", 'no circles'],
  ])('refuses %s', (_case, path, source, message) => {
    put(path, source);
    const result = check();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(message);
  });

  it('refuses any import of the simulator, and the simulator’s of the daemon', () => {
    addPackage('sim', { '@holdfast/daemon': 'workspace:*' }, { 'index.ts': 'export {};' });
    put('packages/db/src/a.ts', "import '@holdfast/sim';");
    const result = check();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('db may not import sim');
    expect(result.stderr).toContain('sim may not depend on daemon');
  });

  it('refuses a dependency that the table does not allow', () => {
    addPackage(
      'base',
      { '@holdfast/db': 'workspace:*', 'better-sqlite3': '1' },
      { 'index.ts': 'export {};' },
    );
    const result = check();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('base may not depend on db');
    expect(result.stderr).toContain('better-sqlite3 is only for packages/db/');
  });

  it('refuses a package without a row', () => {
    addPackage('utils', {}, { 'index.ts': 'export {};' });
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining('has no row') });
  });

  it('lets tests use fakes of packages that they may import', () => {
    put('packages/db/src/a.test.ts', "import '@holdfast/base/testing';");
    expect(check()).toMatchObject({ status: 0 });
  });
});

function addPackage(name: string, dependencies: Record<string, string>, files: Record<string, string>) {
  const exports = { '.': './src/index.ts', './testing': './src/testing/index.ts' };
  put(`packages/${name}/package.json`, JSON.stringify({ name: `@holdfast/${name}`, exports, dependencies }));
  for (const [file, source] of Object.entries(files)) put(`packages/${name}/src/${file}`, source);
}

function put(path: string, content: string) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function check() {
  return spawnSync(process.execPath, [join(scripts, 'check-boundaries.mjs'), folder], { encoding: 'utf8' });
}
