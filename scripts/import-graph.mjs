import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'rolldown/utils';

/**
 * Every import of every source below `folders` (relative to `root`): static, dynamic, type-only and
 * `import('…')` types. `to` is a file of the checkout, relative to `root` with `/`; undefined for a package
 * or a module of Node, which `name` names, and for an import that leads nowhere (`kind: 'nowhere'`).
 */
export function importGraph(root, folders, packages) {
  const edges = [];
  for (const from of folders.flatMap((folder) => sourcesBelow(root, folder))) {
    const { program, errors } = parseSync(from, readFileSync(join(root, from), 'utf8'));
    const broken = errors.find((error) => error.severity === 'Error');
    if (broken) throw new Error(`${from}: ${broken.message}`);
    for (const specifier of specifiersOf(program)) {
      edges.push({ from, specifier, ...resolveImport(root, from, specifier, packages) });
    }
  }
  return edges;
}

/** Circles among files, each as the list of its files. */
export function circlesOf(edges) {
  const targets = new Map();
  for (const { from, to } of edges) {
    if (to !== undefined) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set();
  const circles = [];
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) circles.push([...trail.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return circles;
}

function sourcesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : sourcesBelow(root, path);
    return /\.(ts|tsx|mts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

function specifiersOf(program) {
  const found = [];
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === 'object') {
      const source = /^(Import|Export|TSImport)/.test(value.type ?? '') ? value.source : undefined;
      if (typeof source?.value === 'string') found.push(source.value);
      for (const part of Object.values(value)) walk(part);
    }
  };
  walk(program);
  return found;
}

function resolveImport(root, from, specifier, packages) {
  if (isBuiltin(specifier)) return { kind: 'node', name: specifier };
  if (specifier.startsWith('.')) {
    const to = posix.join(dirname(from), specifier);
    const isFile = existsSync(join(root, to)) && statSync(join(root, to)).isFile();
    return isFile ? { kind: 'file', to } : { kind: 'nowhere' };
  }
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const own = packages.find((row) => name === `@holdfast/${row.name}`);
  if (own === undefined) return { kind: 'package', name };
  const manifestPath = join(root, own.folder, 'package.json');
  const entry = ['.', ...parts.slice(2)].join('/');
  const exported =
    existsSync(manifestPath) && JSON.parse(readFileSync(manifestPath, 'utf8')).exports?.[entry];
  return typeof exported === 'string'
    ? { kind: 'file', name, to: posix.join(own.folder, exported) }
    : { kind: 'nowhere', name };
}
