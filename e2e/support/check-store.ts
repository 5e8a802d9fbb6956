import { holdfastPath } from './repository.ts';
import { runCommand } from './run-command.ts';

/** `holdfast check --json`: whether the store is whole, and the whole answer for a message. */
export async function checkStore(
  data: string,
  args: readonly string[] = [],
): Promise<{ readonly whole: boolean; readonly code: number | undefined; readonly text: string }> {
  const result = await runCommand(holdfastPath, ['check', '--data', data, '--json', ...args]);
  return { whole: result.code === 0, code: result.code, text: `${result.stdout}\n${result.stderr}` };
}
