// npm run bench [-- options]: sets everything up and runs the benchmarks of e2e/bench.
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { node, root, run } from './toolchain.mjs';

try {
  await setUp();
  const args = [join(root, 'e2e', 'bench', 'main.ts'), ...process.argv.slice(2)];
  process.exitCode = (await run(node, args)).code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
