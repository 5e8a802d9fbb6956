import { z } from 'zod';

const time = z.number();
const side = z.enum(['local', 'remote']);

/** A file or folder that cannot be synced now, as `SyncProblem` of the engine. */
export const folderProblem = z.object({
  path: z.string(),
  side,
  code: z.string(),
  message: z.string(),
  attempts: z.number(),
  nextTry: time.optional(),
});

/** Both sides had changed the same thing. */
export const folderConflict = z.object({
  kind: z.string(),
  path: z.string(),
  copy: z.string().optional(),
  message: z.string(),
});

/** Totals of the transfers of a run, and how fast they go. */
export const transferRate = z.object({
  filesDone: z.number(),
  filesTotal: z.number(),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  /** Over the last seconds. */
  bytesPerSecond: z.number(),
});

/** What one run has done, in numbers. */
export const runSummary = z.object({
  run: z.number(),
  /** `sync`, or what a person has asked for: `undo`, `restore`, `decide`. */
  kind: z.string(),
  started: time,
  finished: time.optional(),
  state: z.string().optional(),
  summary: z.record(z.string(), z.unknown()),
  undone: z.boolean(),
});

/** The settings of one synced folder. Its token is not among them. */
export const folderInfo = z.object({
  id: z.string(),
  /** Chosen by the person, or the last name of the path; unique on this computer. */
  name: z.string(),
  /** Absolute path. */
  local: z.string(),
  url: z.string(),
  user: z.string(),
  /** `user@host`. */
  account: z.string(),
  links: z.boolean(),
});

/**
 * What a folder is at: `starting` has not looked yet; `looking`, `syncing`: a run is under way; `in-sync`: green
 * (R11); `conflicts`: equal, but a person has conflicts to decide; `problems`: some files wait for something, all others are equal; `changed`: something is to be done and a
 * run comes soon; `offline`: the server cannot be reached; `paused`; `keychain`: waits until the keychain is
 * unlocked (R17); `attention`: a person has to decide; `stopped`: no daemon is running.
 */
export const folderState = z.enum([
  'starting',
  'looking',
  'syncing',
  'in-sync',
  'conflicts',
  'changed',
  'problems',
  'offline',
  'paused',
  'keychain',
  'attention',
  'stopped',
]);

/** One of them. */
export type FolderState = z.infer<typeof folderState>;

/** Two names of one file or folder, where one side cannot hold the name of the other. */
export const mappedName = z.object({ local: z.string(), remote: z.string() });

/** What one folder is at, for a person. */
export const folderStatus = folderInfo.extend({
  state: folderState,
  /** One sentence: what is, and what to do where there is something to do. */
  message: z.string(),
  /** The error behind `offline`, `keychain`, `attention`. */
  code: z.string().optional(),
  /** Milliseconds since 1970 of the next try. */
  nextTry: time.optional(),
  /** Only while paused. */
  paused: z.object({ by: z.enum(['person', 'battery', 'metered']), until: time.optional() }).optional(),
  /** Changes on the disk are told by the system, not looked for; only while it runs. */
  watching: z.boolean().optional(),
  /** Changes on the server are told by the server, not asked for; only while it runs. */
  listening: z.boolean().optional(),
  /** By R11: all trees equal, nothing pending, failed or put aside. */
  green: z.boolean(),
  /** When both sides were last seen to be equal. */
  greenAt: time.optional(),
  files: z.number(),
  /** Files whose bytes are proven equal by hash on both sides. */
  proven: z.number(),
  /** Files that by choice are on the server only. */
  there: z.number(),
  /** Conflicts that a person may still decide. */
  conflicts: z.number(),
  problemCount: z.number(),
  /** The first hundred. */
  problems: z.array(folderProblem),
  /** Names that are others here than on the server; the first hundred. */
  mapped: z.array(mappedName),
  /** Folders that a rule might leave out, such as `node_modules`; the first hundred. */
  offers: z.array(z.string()),
  lastRun: runSummary.optional(),
  transfer: transferRate.optional(),
});

/** See `folderStatus`. */
export type FolderStatus = z.infer<typeof folderStatus>;
/** See `folderInfo`. */
export type FolderInfo = z.infer<typeof folderInfo>;
/** See `transferRate`. */
export type TransferRate = z.infer<typeof transferRate>;

/** Bytes a second; absent for no limit. */
export const rateLimits = z.object({ up: z.number().optional(), down: z.number().optional() });

/** What the computer runs on, and what sync does about it. */
export const powerStatus = z.object({
  onBattery: z.boolean(),
  metered: z.boolean(),
  /** What a person has chosen: to go on, or to pause. */
  battery: z.enum(['sync', 'pause']),
  meteredNetwork: z.enum(['sync', 'pause']),
});

/** See `rateLimits`. */
export type RateLimits = z.infer<typeof rateLimits>;
/** See `powerStatus`. */
export type PowerStatus = z.infer<typeof powerStatus>;

/** A step of a plan, or one that was carried out. */
export const plannedStep = z.object({
  kind: z.string(),
  side,
  path: z.string(),
  to: z.string().optional(),
  bytes: z.number(),
  destroys: z.number(),
  sentence: z.string(),
});

/** A plan as a person reads it before saying yes. */
export const planSummary = z.object({
  headline: z.string(),
  groups: z.array(
    z.object({
      count: z.number(),
      noun: z.enum(['file', 'folder', 'item']),
      what: z.string(),
      bytes: z.number(),
    }),
  ),
  /** These lists have a thousand entries at most. */
  conflicts: z.array(z.string()),
  notSynced: z.array(z.object({ path: z.string(), reason: z.string() })),
  mapped: z.array(mappedName),
  offers: z.array(z.string()),
  /** Files that are removed or replaced on either side. */
  replaced: z.number(),
  steps: z.array(plannedStep),
  stepCount: z.number(),
});

/** See `planSummary`. */
export type FolderPlan = z.infer<typeof planSummary>;

/** The state of all folders at one moment. */
export const foldersStatus = z.object({
  /** Absent when no daemon runs: then the numbers are those of the last run. */
  running: z
    .object({
      pid: z.number(),
      startedAt: time,
      /** Of the node in the same process, where there is one. */
      address: z.string().optional(),
    })
    .optional(),
  /** The state folder. */
  state: z.string(),
  folders: z.array(folderStatus),
  limits: rateLimits,
  power: powerStatus,
  /** While everything is paused. */
  paused: z.object({ until: time.optional() }).optional(),
});

/** See `foldersStatus`. */
export type FoldersStatus = z.infer<typeof foldersStatus>;
