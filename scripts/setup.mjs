// Makes a fresh clone ready to run: pinned Node and pnpm, dependencies, build. Quick when nothing has changed.
// Plain JavaScript for Node 18 and newer.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whileLocked } from './setup-lock.mjs';
import { node, pinnedEnv, pnpm, root, run, toolchain } from './toolchain.mjs';

const state = join(root, '.setup');
const say = (text) => process.stderr.write(`setup: ${text}\n`);

/**
 * Installs and builds what is missing or out of date, one process at a time, telling on stderr what it does.
 * Throws an Error whose message is for a person.
 */
export async function setUp({ build = true } = {}) {
  if (isReady(build)) return;
  await whileLocked(
    join(state, 'lock'),
    () => say('waiting for another set-up of this checkout to end …'),
    async () => {
      if (stampOf('toolchain') !== toolchainHash() || !existsSync(node) || !existsSync(pnpm)) {
        await installToolchain();
      }
      if (stampOf('dependencies') !== dependencyHash() || !existsSync(join(root, 'node_modules', '.pnpm'))) {
        await installDependencies();
      }
      if (build && buildIsStale()) await buildCommand();
    },
  );
}

/** As `setUp` for a script: says what went wrong and ends the process with 1. */
export async function setUpOrExit(options) {
  try {
    await setUp(options);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function isReady(build) {
  return (
    existsSync(node) &&
    existsSync(pnpm) &&
    existsSync(join(root, 'node_modules', '.pnpm')) &&
    stampOf('toolchain') === toolchainHash() &&
    stampOf('dependencies') === dependencyHash() &&
    !(build && buildIsStale())
  );
}

async function installToolchain() {
  say('installing the pinned Node and pnpm …');
  // Not `npm ci`: it refuses a lock file without the programs of platforms that the registry at hand does not have.
  const args = [
    'install',
    '--no-save',
    '--prefix',
    toolchain,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=2000',
  ];
  // `node` fetches its program for this machine in an install script.
  const result = await npm([...args, '--ignore-scripts=false']);
  if (result.code !== 0) throw installError('npm install of the pinned Node and pnpm', result.output);
  await finishWithoutScripts();
  for (const program of [node, pnpm]) {
    const probe = existsSync(program) ? await run(program, ['--version'], { capture: true }) : { code: 1 };
    if (probe.code !== 0) {
      throw new Error(`The pinned tool ${program} does not run on this machine.\n${result.output}`);
    }
  }
  writeStamp('toolchain', toolchainHash());
}

/** Runs the two install scripts by hand where this npm does not run scripts of dependencies. */
async function finishWithoutScripts() {
  const steps = [
    [node, join(toolchain, 'node_modules', 'node'), 'installArchSpecificPackage.js'],
    [pnpm, join(toolchain, 'node_modules', 'pnpm'), 'install.js'],
  ];
  for (const [program, cwd, script] of steps) {
    if (existsSync(program) && statSync(program).size > 0) continue;
    const result = await run(process.execPath, [script], { cwd, capture: true, env: process.env });
    if (result.code !== 0) throw installError(`the install step of ${program}`, result.output);
  }
}

async function installDependencies() {
  say('installing dependencies …');
  const args = ['install', '--frozen-lockfile', '--config.confirm-modules-purge=false', '--reporter=silent'];
  const result = await run(pnpm, args, { capture: true, env: pinnedEnv({ CI: 'true', ...headersOfNode() }) });
  if (result.code !== 0) throw installError('pnpm install', result.output);
  writeStamp('dependencies', dependencyHash());
}

/** Native modules are built with the headers of the pinned Node, which came with it, and fetch none. */
function headersOfNode() {
  const program = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(toolchain, 'node_modules', 'node', 'node_modules', program);
  return existsSync(join(folder, 'include', 'node')) ? { npm_config_nodedir: folder } : {};
}

async function buildCommand() {
  say('building the holdfast command …');
  const startedAt = new Date();
  const result = await run(node, [join(root, 'scripts', 'build.mjs')], { capture: true });
  if (result.code !== 0) throw new Error(`The build failed.\n${result.output}`);
  // A source saved during the build must count as newer than the build.
  writeStamp('built', startedAt.toISOString(), startedAt);
}

function npm(args) {
  const windows = process.platform === 'win32';
  return run(windows ? 'npm.cmd' : 'npm', args, { capture: true, shell: windows, env: process.env }).catch(
    (error) => {
      if (error.code === 'ENOENT') throw new Error('npm was not found. Install Node 18 or newer with npm.');
      throw error;
    },
  );
}

function installError(what, output) {
  const offline =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|getaddrinfo|fetch failed|_CERT|CERT_/i;
  const hint = offline.test(output)
    ? 'The package registry could not be reached. The first set-up needs a connection (or a registry named in your npm configuration); later starts do not.'
    : 'See the output above.';
  // After its message npm prints pages of options.
  const message = output
    .split(/^npm error.*Usage:/m)[0]
    .trim()
    .split('\n')
    .slice(0, 30)
    .join('\n');
  return new Error(`${message}\n${what} failed. ${hint}`);
}

/** Whether a source of the command is newer than its last build. */
function buildIsStale() {
  const built = join(state, 'built');
  if (!existsSync(built) || !existsSync(join(root, 'dist', 'holdfast.mjs'))) return true;
  const since = statSync(built).mtimeMs;
  if (statSync(join(state, 'dependencies')).mtimeMs > since) return true;
  if (statSync(join(root, 'scripts', 'build.mjs')).mtimeMs > since) return true;
  return packageFolders().some((folder) => hasNewer(join(folder, 'src'), since));
}

function hasNewer(folder, since) {
  if (!existsSync(folder)) return false;
  if (statSync(folder).mtimeMs > since) return true;
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name !== 'testing' && hasNewer(path, since);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && statSync(path).mtimeMs > since;
  });
}

function packageFolders() {
  return ['apps', 'packages'].flatMap((group) => {
    const folder = join(root, group);
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  });
}

const toolchainHash = () =>
  hashFiles([join(toolchain, 'package.json'), join(toolchain, 'package-lock.json')], process.arch);

function dependencyHash() {
  const manifests = [root, ...packageFolders(), join(root, 'e2e')].map((folder) =>
    join(folder, 'package.json'),
  );
  return hashFiles([join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml'), ...manifests], node);
}

function hashFiles(paths, salt) {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) if (existsSync(path)) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

function stampOf(name) {
  try {
    return readFileSync(join(state, name), 'utf8');
  } catch {
    return undefined;
  }
}

function writeStamp(name, content, time) {
  mkdirSync(state, { recursive: true });
  const path = join(state, name);
  writeFileSync(path, content);
  if (time) utimesSync(path, time, time);
}

/** As `setUp`; a file that is newer than the build, yet changed nothing, is not asked about again. */
async function confirm() {
  const startedAt = new Date();
  await setUp();
  const built = join(state, 'built');
  if (statSync(built).mtimeMs < startedAt.getTime() && isReady(true)) utimesSync(built, startedAt, startedAt);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  confirm().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
