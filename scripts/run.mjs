// Sets up, then runs a program with the pinned tools on the PATH: node scripts/run.mjs PROGRAM [ARGUMENT]…
import { setUpOrExit } from './setup.mjs';
import { run } from './toolchain.mjs';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  process.stderr.write('Usage: node scripts/run.mjs PROGRAM [ARGUMENT]…\n');
  process.exitCode = 2;
} else {
  await setUpOrExit({ build: false });
  process.exitCode = (await run(program, args)).code;
}
