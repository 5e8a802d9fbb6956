// npm start [-- options of `holdfast run`]: sets everything up, then runs a node.
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { node, root, run } from './toolchain.mjs';

try {
  await setUp();
  // As in ../holdfast: garbage of transfers is collected before it piles up.
  const memory = ['--max-semi-space-size=1', '--initial-old-space-size=32'];
  const args = [...memory, join(root, 'dist', 'holdfast.mjs'), 'run', ...process.argv.slice(2)];
  process.exitCode = (await run(node, args)).code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
