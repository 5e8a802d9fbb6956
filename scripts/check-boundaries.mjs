// Compares the table in boundaries.json with every package.json and every import.
// node scripts/check-boundaries.mjs [FOLDER]: prints one line a break; exit code 1 when there is any.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { circlesOf, importGraph } from './import-graph.mjs';

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const { packages: table, onlyIn } = JSON.parse(
  readFileSync(join(root, 'scripts', 'boundaries.json'), 'utf8'),
);
const packages = Object.entries(table)
  .map(([name, row]) => ({ name, ...row }))
  .filter((row) => existsSync(join(root, row.folder, 'package.json')))
  .map((row) => ({ ...row, manifest: readManifest(row.folder) }));

const edges = importGraph(
  root,
  packages.map((row) => row.folder),
  packages,
);
const breaks = [
  ...foldersWithoutRow(),
  ...packages.flatMap(manifestBreaks),
  ...new Set(
    edges.flatMap((edge) => importBreaks(edge).map((rule) => `${edge.from} → ${edge.specifier}: ${rule}`)),
  ),
  ...circlesOf(edges).map((circle) => `${circle.join(' → ')}: no circles`),
];
for (const line of breaks) console.error(line);
console.error(
  `${edges.length} imports of ${packages.length} packages: ${breaks.length} breaks of scripts/boundaries.json`,
);
process.exitCode = breaks.length > 0 || edges.length === 0 ? 1 : 0;

function foldersWithoutRow() {
  return ['apps', 'packages'].flatMap((group) => {
    if (!existsSync(join(root, group))) return [];
    return readdirSync(join(root, group))
      .map((name) => `${group}/${name}`)
      .filter((path) => existsSync(join(root, path, 'package.json')))
      .filter((path) => !packages.some((row) => row.folder === path))
      .map((path) => `${path}: has no row in the table`);
  });
}

/** What a package.json declares is what its row allows. */
function manifestBreaks(row) {
  const path = `${row.folder}/package.json`;
  const found = [];
  if (row.manifest.name !== `@holdfast/${row.name}`)
    found.push(`${path}: must be named @holdfast/${row.name}`);
  for (const name of declared(row)) {
    const own = name.match(/^@holdfast\/(.+)$/)?.[1];
    if (own !== undefined && !row.mayImport.includes(own)) {
      found.push(`${path}: ${row.name} may not depend on ${own}`);
    }
    const homes = onlyIn[name];
    if (homes !== undefined && !homes.some((home) => home.startsWith(`${row.folder}/`))) {
      found.push(`${path}: ${name} is only for ${homes.join(' and ')}`);
    }
  }
  return found;
}

/** The rules that one import breaks. */
function importBreaks({ from, kind, name, to }) {
  const row = packages.find((candidate) => from.startsWith(`${candidate.folder}/`));
  const target = packages.find((candidate) => to?.startsWith(`${candidate.folder}/`));
  const inTests = /\.test\.ts$|\/testing\//.test(from) || row.runsIn === 'tests';
  const found = [];
  if (kind === 'nowhere') found.push('leads nowhere, or past the package’s exports');
  if (target && target !== row) {
    if (!row.mayImport.includes(target.name)) found.push(`${row.name} may not import ${target.name}`);
    if (name === undefined) found.push(`${target.name} is entered by its name, through its index.ts`);
  }
  if (to && /\/src\/testing\//.test(to) && !inTests) found.push('fakes and contract suites are for tests');
  if (kind === 'node' && /^(any|browser)$/.test(row.runsIn) && !inTests) {
    found.push(`${row.name} runs without Node`);
  }
  const homes = onlyIn[name];
  if (homes !== undefined && !homes.some((home) => from.startsWith(home))) {
    found.push(`${name} is only for ${homes.join(' and ')}`);
  }
  const shared = inTests ? declared({ manifest: readManifest('.') }) : [];
  if (
    name &&
    kind !== 'node' &&
    name !== `@holdfast/${row.name}` &&
    ![...declared(row), ...shared].includes(name)
  ) {
    found.push(`${name} is not declared in ${row.folder}/package.json`);
  }
  return found;
}

function declared({ manifest }) {
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return fields.flatMap((field) => Object.keys(manifest[field] ?? {}));
}

function readManifest(folder) {
  const path = join(root, folder, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
