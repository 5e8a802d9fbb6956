import { AppError } from '@holdfast/base';
import {
  type ControlCommand,
  type ControlProgress,
  type ControlRequest,
  type ControlResult,
  controlCommands,
} from '@holdfast/protocol';

/** What a handler is given besides its parameters. */
export interface CommandContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ControlProgress) => void;
}

/** One handler a command. */
export type CommandHandlers = {
  readonly [C in ControlCommand]: (
    request: ControlRequest<C>,
    context: CommandContext,
  ) => Promise<ControlResult<C>>;
};

/**
 * Carries out one command, whoever asks: the control channel of a running node, or a command that has opened
 * the data folder itself.
 * @throws AppError `not-found` for an unknown command, `bad-value` for parameters that do not fit; the handler's.
 */
export async function dispatch(
  handlers: CommandHandlers,
  name: string,
  params: unknown,
  context: CommandContext,
): Promise<unknown> {
  if (!isCommand(name)) throw new AppError('not-found', { message: `There is no command "${name}".` });
  return await carryOut(handlers, name, params, context);
}

async function carryOut<C extends ControlCommand>(
  handlers: CommandHandlers,
  name: C,
  params: unknown,
  context: CommandContext,
): Promise<ControlResult<C>> {
  const parsed = controlCommands[name].params.safeParse(params);
  if (!parsed.success) {
    const what = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new AppError('bad-value', { message: what });
  }
  const handle = handlers[name];
  return await handle(parsed.data as ControlRequest<C>, context);
}

function isCommand(name: string): name is ControlCommand {
  return Object.hasOwn(controlCommands, name);
}
