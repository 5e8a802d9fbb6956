import { z } from 'zod';
import { command, done, nothing } from './command.ts';
import { folderCommands } from './folder-commands.ts';

const name = z.string().min(1).max(256);
const time = z.number();

const account = z.object({
  id: z.string(),
  displayName: z.string(),
  admin: z.boolean(),
  disabled: z.boolean(),
  quotaBytes: z.number().optional(),
  createdAt: time,
});

const token = z.object({
  id: z.string(),
  user: z.string(),
  name: z.string(),
  kind: z.string(),
  scopes: z.array(z.string()),
  /** Folders it is limited to; absent for no limit. Ids whose folder is gone are left out. */
  paths: z.array(z.string()).optional(),
  state: z.enum(['active', 'revoked', 'expired', 'idle']),
  createdAt: time,
  expiresAt: time.optional(),
  lastUsedAt: time.optional(),
  lastAddress: z.string().optional(),
});

const finding = z.object({
  kind: z.string(),
  /** A sentence that names what is concerned. */
  message: z.string(),
  repaired: z.boolean(),
});

/**
 * The commands about a node: what it keeps, and who may use it. Times are milliseconds since 1970, sizes are bytes.
 */
export const nodeCommands = {
  status: command(
    nothing,
    z.object({
      version: z.string(),
      data: z.string(),
      instanceId: z.string(),
      epoch: z.string(),
      /** Only of a running node. */
      running: z.object({ pid: z.number(), address: z.string(), startedAt: time }).optional(),
      accounts: z.array(
        z.object({ id: z.string(), usedBytes: z.number(), quotaBytes: z.number().optional() }),
      ),
    }),
  ),
  'user.add': command(
    z.strictObject({
      name,
      password: z.string(),
      displayName: z.string().optional(),
      admin: z.boolean().default(false),
      quotaBytes: z.number().int().nonnegative().optional(),
    }),
    account,
  ),
  'user.list': command(nothing, z.object({ accounts: z.array(account) })),
  'user.passwd': command(
    z.strictObject({ name, password: z.string(), revokeTokens: z.boolean().default(false) }),
    done,
  ),
  'user.disable': command(z.strictObject({ name }), done),
  'user.enable': command(z.strictObject({ name }), done),
  'token.create': command(
    z.strictObject({
      user: name,
      name,
      kind: z.enum(['device', 'app', 'service']).default('device'),
      /** As people write them; empty for what a sync client needs. */
      scopes: z.array(z.string()).default([]),
      /** Folders it is limited to; empty for no limit. */
      paths: z.array(z.string()).default([]),
      expiresAt: time.optional(),
    }),
    token.extend({ token: z.string() }),
  ),
  'token.list': command(z.strictObject({ user: name.optional() }), z.object({ tokens: z.array(token) })),
  'token.revoke': command(z.strictObject({ id: name }), done),
  check: command(
    z.strictObject({ repair: z.boolean().default(false) }),
    z.object({
      /** Nothing is wrong, or all that was wrong has been repaired. */
      whole: z.boolean(),
      counts: z.record(z.string(), z.number()),
      findings: z.array(finding),
    }),
  ),
  gc: command(nothing, z.object({ removedBlobs: z.number(), freedBytes: z.number() })),
  backup: command(z.strictObject({ to: z.string() }), z.object({ file: z.string(), bytes: z.number() })),
};

/** The commands of the control channel between the command line, or a desktop, and the daemon on the same machine. */
export const controlCommands = { ...nodeCommands, ...folderCommands };

/** The name of a command about the node. */
export type NodeCommand = keyof typeof nodeCommands;
/** The name of a command about synced folders. */
export type FolderCommand = keyof typeof folderCommands;
/** A command's name. */
export type ControlCommand = keyof typeof controlCommands;
/** What a command takes, as it is written: what has a default may be left out. */
export type ControlParams<C extends ControlCommand> = z.input<(typeof controlCommands)[C]['params']>;
/** What a command's handler is given. */
export type ControlRequest<C extends ControlCommand> = z.output<(typeof controlCommands)[C]['params']>;
/** What a command gives. */
export type ControlResult<C extends ControlCommand> = z.output<(typeof controlCommands)[C]['result']>;
