import { z } from 'zod';
import { folderEvent } from './events.ts';

const progress = z.object({
  /** What is being counted, such as `blobs`. */
  what: z.string(),
  done: z.number(),
  total: z.number().optional(),
  bytes: z.number().optional(),
  totalBytes: z.number().optional(),
});

/** How far long work has come. */
export type ControlProgress = z.infer<typeof progress>;

/**
 * One line of an answer on the control channel: any number of `progress` and `event`, then `result` or `error`, then
 * the end.
 */
export const controlMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('event'), event: folderEvent }),
  z.object({ type: z.literal('result'), result: z.unknown() }),
  z.object({ type: z.literal('error'), code: z.string(), details: z.record(z.string(), z.unknown()) }),
]);

/** One line of an answer. */
export type ControlMessage = z.infer<typeof controlMessage>;

/** What a running daemon leaves in its data folder and its state folder (`daemon.json`), for commands that look for it. */
export const daemonRecord = z.object({
  pid: z.number(),
  /** Path of its Unix socket, or name of its pipe. */
  socket: z.string(),
  /** Absent where no node is served. */
  address: z.string().optional(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});

/** What `daemon.json` holds. */
export type DaemonRecord = z.infer<typeof daemonRecord>;
