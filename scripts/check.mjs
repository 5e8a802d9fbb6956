// npm run check: format, lint, boundaries, types, unused code. All of them run, whatever fails.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setUpOrExit } from './setup.mjs';
import { node, pinnedEnv, root, run } from './toolchain.mjs';

const script = (name) => [node, [join(root, 'scripts', name)]];
const steps = [
  ['format and lint', ['biome', ['ci', '--error-on-warnings', '--colors=off', '.']]],
  ['boundaries', script('check-boundaries.mjs')],
  ['types', ['tsc', ['-p', 'tsconfig.json']]],
  ['types without Node', ['tsc', ['-p', 'tsconfig.any.json']]],
  ['unused code', ['knip', ['--no-progress', '--treat-config-hints-as-errors']]],
];
const routes = join(root, 'packages', 'server', 'scripts', 'check-route-table.ts');
if (existsSync(routes)) steps.push(['route table', [node, [routes]]]);

await setUpOrExit({ build: false });
const results = [];
for (const [name, [program, args]] of steps) {
  const startedAt = performance.now();
  const env = pinnedEnv({ NO_COLOR: '1' });
  const { code, output } = await run(program, args, { capture: true, env });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  results.push({ name, ok: code === 0, seconds });
  if (code !== 0) process.stdout.write(`── ${name}\n${output.trimEnd()}\n\n`);
}
for (const { name, ok, seconds } of results) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
}
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
