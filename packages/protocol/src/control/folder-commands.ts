import { z } from 'zod';
import { command, done, nothing } from './command.ts';
import {
  folderInfo,
  foldersStatus,
  plannedStep,
  planSummary,
  powerStatus,
  rateLimits,
  runSummary,
} from './folder-status.ts';

const time = z.number();
const text = z.string().min(1).max(4096);
const rate = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** Which folder: its name, its id, or a path in it. The only one where nothing is given. */
const chosen = {
  folder: text.optional(),
  /** A path, absolute: the folder that holds it is meant where `folder` names none and there are several. */
  near: text.optional(),
};

const target = {
  /** Absolute. */
  local: text,
  url: text,
  user: z.string().min(1).max(256),
  /** Of a new account, or in the place of the token of a known one; else that is used. */
  token: z.string().min(1).max(65_536).optional(),
  links: z.boolean().default(false),
};

const decisions = {
  allowMassChange: z.boolean().default(false),
  acceptNewServer: z.boolean().default(false),
  acceptNewFolder: z.boolean().default(false),
  /** Only looks, and tells what would be done. */
  planOnly: z.boolean().default(false),
};

const report = z.object({
  run: z.number(),
  state: z.string(),
  stop: z.object({ code: z.string(), message: z.string() }).optional(),
  counts: z.record(z.string(), z.number()),
  bytesUp: z.number(),
  bytesDown: z.number(),
  filesEqual: z.number(),
  duration: z.number(),
  problems: z.number(),
  conflicts: z.number(),
  /** What a person has to agree to; the first thousand. */
  steps: z.array(plannedStep).optional(),
  /** What would be done, where only that was asked for. */
  plan: planSummary.optional(),
});

const knownState = z.object({
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  size: z.number(),
  mtime: z.number().optional(),
  etag: z.string().optional(),
  sha256: z.string().optional(),
});

const decision = z.object({
  run: z.number(),
  at: time,
  kind: z.string(),
  side: z.string(),
  path: z.string(),
  to: z.string().optional(),
  outcome: z.string(),
  code: z.string().optional(),
  /** What the server or the disk has said, word for word. */
  answer: z.string().optional(),
});

const fileTruth = z.object({
  folder: z.string(),
  path: z.string(),
  state: z.string(),
  sentence: z.string(),
  local: knownState.optional(),
  remote: knownState.optional(),
  agreed: knownState.optional(),
  proof: z.string().optional(),
  last: decision.optional(),
  problem: z.object({ code: z.string(), message: z.string(), nextTry: time.optional() }).optional(),
  rule: z.string().optional(),
});

const keptVersion = z.object({
  /** For `file.restore`: 1 is the latest. */
  number: z.number(),
  run: z.number().optional(),
  at: time,
  path: z.string(),
  size: z.number(),
  /** Absolute path of the kept file. */
  kept: z.string(),
});

const openConflict = z.object({
  id: z.number(),
  folder: z.string(),
  run: z.number(),
  at: time,
  kind: z.string(),
  path: z.string(),
  copy: z.string().optional(),
  message: z.string(),
});

const thereEntry = z.object({
  folder: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  size: z.number(),
  /** How many files: 1 for a file, all that are known below a hidden folder. */
  files: z.number(),
});

const account = z.object({
  /** `user@host` */
  account: z.string(),
  server: z.string(),
  user: z.string(),
  store: z.enum(['keychain', 'file']),
  folders: z.array(z.string()),
});

/** The commands about synced folders. Paths of files are absolute; times are milliseconds since 1970. */
export const folderCommands = {
  'folder.plan': command(
    z.strictObject(target),
    z.object({
      /** What a person should know before saying yes. */
      warnings: z.array(z.string()),
      plan: planSummary,
    }),
  ),
  'folder.add': command(
    z.strictObject({
      ...target,
      name: z.string().min(1).max(128).optional(),
      /** Where the token of a new account is kept. */
      tokenStore: z.enum(['keychain', 'file']).optional(),
    }),
    z.object({ folder: folderInfo, warnings: z.array(z.string()) }),
  ),
  'folder.list': command(nothing, z.object({ folders: z.array(folderInfo) })),
  'folder.remove': command(
    z.strictObject({
      folder: text,
      /** Throws away its journal and its history as well. */
      forget: z.boolean().default(false),
    }),
    z.object({ folder: folderInfo }),
  ),
  'folder.pause': command(
    z.strictObject({ ...chosen, all: z.boolean().default(false), forMs: z.number().positive().optional() }),
    z.object({ folders: z.array(z.string()), until: time.optional() }),
  ),
  'folder.resume': command(
    z.strictObject({ ...chosen, all: z.boolean().default(false) }),
    z.object({ folders: z.array(z.string()) }),
  ),
  /** Runs now and waits for the end. */
  'folder.sync': command(
    z.strictObject({ ...chosen, all: z.boolean().default(false), ...decisions }),
    z.object({ runs: z.array(z.object({ folder: z.string(), report })) }),
  ),
  'folder.status': command(nothing, foldersStatus),
  /** For a computer that woke up, came to another network, or whose keychain was unlocked: look at once. */
  'folder.wake': command(nothing, done),
  'file.why': command(z.strictObject({ path: text }), fileTruth),
  'file.history': command(
    z.strictObject({ path: text }),
    z.object({
      folder: z.string(),
      path: z.string(),
      decisions: z.array(decision),
      versions: z.array(keptVersion),
    }),
  ),
  'file.restore': command(z.strictObject({ path: text, version: z.number().int().positive() }), keptVersion),
  'file.free': command(
    z.strictObject({ path: text, hide: z.boolean().default(false) }),
    z.object({
      folder: z.string(),
      files: z.number(),
      bytes: z.number(),
      left: z.array(z.object({ path: z.string(), reason: z.string() })),
    }),
  ),
  'file.fetch': command(z.strictObject({ path: text }), z.object({ folder: z.string(), path: z.string() })),
  /** What is on the server only, by choice. */
  'file.there': command(z.strictObject(chosen), z.object({ entries: z.array(thereEntry) })),
  'run.list': command(
    z.strictObject({
      ...chosen,
      limit: z.number().int().positive().max(10_000).default(20),
      /** Also runs that found nothing to do. */
      all: z.boolean().default(true),
    }),
    z.object({ folder: z.string(), runs: z.array(runSummary) }),
  ),
  'run.undo': command(
    z.strictObject({ ...chosen, run: z.number().int().positive(), planOnly: z.boolean().default(false) }),
    z.object({
      folder: z.string(),
      run: z.number(),
      done: z.array(z.object({ path: z.string(), sentence: z.string() })),
      left: z.array(z.object({ path: z.string(), reason: z.string() })),
    }),
  ),
  'conflict.list': command(
    z.strictObject({ folder: text.optional() }),
    z.object({ conflicts: z.array(openConflict) }),
  ),
  'conflict.decide': command(
    z.strictObject({
      folder: text.optional(),
      /** Paths of the files in conflict or of their copies; absent for all. */
      paths: z.array(text).max(100_000).optional(),
      keep: z.enum(['mine', 'theirs', 'both']),
    }),
    z.object({ decided: z.number(), left: z.array(openConflict) }),
  ),
  /** Sets limits: a number in bytes a second, `null` for none, absent to leave it. */
  limit: command(
    z.strictObject({ up: rate.nullable().optional(), down: rate.nullable().optional() }),
    rateLimits,
  ),
  power: command(
    z.strictObject({
      /** What a desktop has been told by the system; not kept. */
      onBattery: z.boolean().optional(),
      metered: z.boolean().optional(),
      /** What the person chooses; kept. */
      battery: z.enum(['sync', 'pause']).optional(),
      meteredNetwork: z.enum(['sync', 'pause']).optional(),
    }),
    powerStatus,
  ),
  'account.list': command(nothing, z.object({ accounts: z.array(account) })),
  /** A new token in the place of one that has expired, was revoked or lost. */
  'account.token': command(
    z.strictObject({
      account: text,
      token: z.string().min(1).max(65_536),
      tokenStore: z.enum(['keychain', 'file']).optional(),
    }),
    account,
  ),
  /** Goes on until the caller leaves: events, then nothing. */
  events: command(z.strictObject({ folder: text.optional() }), done),
};
