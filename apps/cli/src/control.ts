import type { ControlParams, ControlResult, NodeCommand } from '@holdfast/protocol';
import type { Invocation } from './cli.ts';
import { type DataOptions, readConfig } from './config-options.ts';

/**
 * Carries out an administrative command: by the node that runs on the data folder, or right here.
 * `create`: make a data folder that is not there yet.
 */
export async function control<C extends NodeCommand>(
  invocation: Invocation<DataOptions>,
  command: C,
  params: ControlParams<C>,
  { create = false }: { create?: boolean } = {},
): Promise<ControlResult<C>> {
  const { cli, options, progress } = invocation;
  const { config } = await readConfig(options, cli.terminal);
  const { carryOutCommand } = await import('@holdfast/daemon');
  const result = await carryOutCommand(config, command, params, {
    create,
    signal: cli.terminal.signal,
    onProgress: (step) => progress.show(step),
  });
  progress.clear();
  return result;
}
