// Bundles the holdfast command into dist/, which then needs nothing but the pinned Node.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'rolldown';
import { root } from './toolchain.mjs';

const require = createRequire(import.meta.url);
const dist = join(root, 'dist');
const keepMs = 24 * 3_600_000;

const result = await build({
  input: { holdfast: join(root, 'apps', 'cli', 'src', 'main.ts') },
  platform: 'node',
  external: [/^node:(?!https?$)/, 'better-sqlite3'],
  logLevel: 'warn',
  plugins: [plainHttp()],
  output: {
    dir: dist,
    format: 'esm',
    sourcemap: true,
    minify: false,
    entryFileNames: '[name].new.mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  },
});

placeNativeModules();
// A daemon that is running loads its chunks from here: the entry changes last, old chunks go a day later.
removeOldChunks(new Set(result.output.map((file) => file.fileName)));
for (const suffix of ['.mjs.map', '.mjs']) {
  renameSync(join(dist, `holdfast.new${suffix}`), join(dist, `holdfast${suffix}`));
}

/**
 * `node:http` without the platform's own fetch: importing it as a module touches everything it offers, and so loads
 * that too, which takes 10 MB and is not used.
 */
function plainHttp() {
  const named = /^(?:node:)?(https?)$/;
  const prefix = '\0plain-';
  const lazy = new Set(['WebSocket', 'CloseEvent', 'MessageEvent']);
  return {
    name: 'plain-http',
    resolveId(id) {
      const module = named.exec(id)?.[1];
      return module === undefined ? null : prefix + module;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const module = `node:${id.slice(prefix.length)}`;
      const names = Object.keys(require(module)).filter((name) => !lazy.has(name));
      return [
        "import { createRequire } from 'node:module';",
        `const all = createRequire(import.meta.url)('${module}');`,
        'export default all;',
        `export const { ${names.join(', ')} } = all;`,
      ].join('\n');
    },
  };
}

/** Puts the runtime parts of native modules where the bundle finds them. */
function placeNativeModules() {
  placeModule('better-sqlite3', 'db', ['LICENSE', 'lib', 'prebuilds', 'package.json']);
  // Optional: where it could not be built, tokens are kept in a file.
  const library = join('build', 'Release', 'keytar.node');
  if (existsSync(join(root, 'packages', 'daemon', 'node_modules', 'keytar', library))) {
    placeModule('keytar', 'daemon', ['LICENSE.md', 'lib', library, 'package.json']);
  }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
}

function placeModule(name, owner, parts) {
  const from = join(root, 'packages', owner, 'node_modules', name);
  const to = join(dist, 'node_modules', name);
  const version = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  // Writing over a loaded library would pull it out from under a running process.
  if (existsSync(join(to, 'package.json')) && version(from) === version(to)) return;
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const part of parts) cpSync(join(from, part), join(to, part), { recursive: true, dereference: true });
}

function removeOldChunks(current) {
  const folder = join(dist, 'chunks');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const known = current.has(`chunks/${name}`) || current.has(`chunks/${name.replace(/\.map$/, '')}`);
    if (!known && Date.now() - statSync(path).mtimeMs > keepMs) rmSync(path);
  }
}
