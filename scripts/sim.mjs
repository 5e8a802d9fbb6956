// npm run sim [-- options]: sets everything up and runs the simulator of packages/sim.
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { node, root, run } from './toolchain.mjs';

try {
  await setUp({ build: false });
  const args = [join(root, 'packages', 'sim', 'src', 'main.ts'), ...process.argv.slice(2)];
  process.exitCode = (await run(node, args)).code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
