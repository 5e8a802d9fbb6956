import { z } from 'zod';
import {
  folderConflict,
  folderProblem,
  folderStatus,
  foldersStatus,
  plannedStep,
  transferRate,
} from './folder-status.ts';

const folder = z.string();
const settings = foldersStatus.pick({ limits: true, power: true, paused: true }).shape;

/**
 * One event of the stream. `snapshot` comes first and says everything; what follows are changes to it. `folder`
 * gives the present status of one folder and replaces what was said of it before. A reader that is too slow gets the
 * latest `folder` and `transfer` only, and `lost` with the number of other events that were dropped for it.
 */
export const folderEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), at: z.number(), status: foldersStatus }),
  z.object({ type: z.literal('folder'), at: z.number(), status: folderStatus }),
  /** What holds for all folders has changed. */
  z.object({ type: z.literal('settings'), at: z.number(), ...settings }),
  z.object({ type: z.literal('removed'), at: z.number(), folder }),
  z.object({ type: z.literal('transfer'), at: z.number(), folder, transfer: transferRate }),
  z.object({
    type: z.literal('file'),
    at: z.number(),
    folder,
    step: plannedStep,
    outcome: z.enum(['done', 'dropped', 'failed']),
  }),
  z.object({ type: z.literal('problem'), at: z.number(), folder, problem: folderProblem }),
  z.object({ type: z.literal('conflict'), at: z.number(), folder, conflict: folderConflict }),
  z.object({
    type: z.literal('run'),
    at: z.number(),
    folder,
    run: z.number(),
    state: z.string(),
    counts: z.record(z.string(), z.number()),
    bytesUp: z.number(),
    bytesDown: z.number(),
    /** Milliseconds. */
    duration: z.number(),
  }),
  z.object({ type: z.literal('lost'), at: z.number(), count: z.number() }),
]);

/** One event of the stream. */
export type FolderEvent = z.infer<typeof folderEvent>;
