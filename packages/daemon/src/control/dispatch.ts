import { AppError } from '@holdfast/base';
import {
  type ControlCommand,
  type ControlProgress,
  type ControlRequest,
  type ControlResult,
  controlCommands,
  type FolderCommand,
  type FolderEvent,
  type NodeCommand,
} from '@holdfast/protocol';

/** What a handler is given besides its parameters. */
export interface CommandContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ControlProgress) => void;
  /** Only of a caller that takes events. Resolves when the caller can take the next one. */
  readonly onEvent?: (event: FolderEvent) => Promise<void>;
}

/** One handler a command. */
export type CommandHandlers = {
  readonly [C in ControlCommand]: (
    request: ControlRequest<C>,
    context: CommandContext,
  ) => Promise<ControlResult<C>>;
};

/** The handlers of a node. */
export type NodeHandlers = Pick<CommandHandlers, NodeCommand>;
/** The handlers of synced folders. */
export type FolderHandlers = Pick<CommandHandlers, FolderCommand>;

/**
 * Carries out one command, whoever asks: the control channel of a running node, or a command that has opened
 * the data folder itself.
 * @throws AppError `not-found` for an unknown command, `not-supported` where nobody carries it out, `bad-value` for
 * parameters that do not fit; the handler's.
 */
export async function dispatch(
  handlers: Partial<CommandHandlers>,
  name: string,
  params: unknown,
  context: CommandContext,
): Promise<unknown> {
  if (!isCommand(name)) throw new AppError('not-found', { message: `There is no command "${name}".` });
  return await carryOut(handlers, name, params, context);
}

async function carryOut<C extends ControlCommand>(
  handlers: Partial<CommandHandlers>,
  name: C,
  params: unknown,
  context: CommandContext,
): Promise<ControlResult<C>> {
  const parsed = controlCommands[name].params.safeParse(params);
  if (!parsed.success) {
    const what = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new AppError('bad-value', { message: what });
  }
  const handle: CommandHandlers[C] | undefined = handlers[name];
  if (handle === undefined) {
    throw new AppError('not-supported', { message: `"${name}" is nothing that this Holdfast serves.` });
  }
  return await handle(parsed.data as ControlRequest<C>, context);
}

function isCommand(name: string): name is ControlCommand {
  return Object.hasOwn(controlCommands, name);
}
