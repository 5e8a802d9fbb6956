// npm test [-- vitest filters and options]: sets everything up and runs every suite.
// The last line is always `N passed, N failed, N skipped`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { node, pinnedEnv, root, run } from './toolchain.mjs';

const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' };
const nothing = { passed: 0, failed: 0, skipped: 0, reasons: [] };
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const summaryFile = join(scratch, 'summary.json');
let summary = nothing;
let code = 1;
try {
  await setUp();
  const args = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    `--reporter=${process.stdout.isTTY ? 'default' : 'dot'}`,
    `--reporter=${join(root, 'scripts', 'test-reporter.mjs')}`,
    ...process.argv.slice(2),
  ];
  code = (await run(node, args, { env: pinnedEnv({ HOLDFAST_TEST_SUMMARY: summaryFile, ...plain }) })).code;
  summary = readSummary();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
}
rmSync(scratch, { recursive: true, force: true });

for (const { reason, count } of summary.reasons) {
  console.log(`skipped (${count} ${count === 1 ? 'test' : 'tests'}): ${reason}`);
}
const ran = summary.passed + summary.failed;
if (ran === 0 && summary.skipped === 0) console.error('No test ran.');
process.exitCode = code !== 0 ? code : ran === 0 || summary.failed > 0 ? 1 : 0;
// A run that broke outside of a test (an unhandled error, a file that cannot be loaded) has failed as well.
if (code !== 0 && summary.failed === 0) summary = { ...summary, failed: 1 };
console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);

function readSummary() {
  try {
    return JSON.parse(readFileSync(summaryFile, 'utf8'));
  } catch {
    return nothing;
  }
}
