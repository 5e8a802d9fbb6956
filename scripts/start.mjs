// npm start [-- options of `holdfast run`]: sets everything up, then runs a node.
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { node, root, run } from './toolchain.mjs';

try {
  await setUp();
  const args = [join(root, 'dist', 'holdfast.mjs'), 'run', ...process.argv.slice(2)];
  process.exitCode = (await run(node, args)).code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
