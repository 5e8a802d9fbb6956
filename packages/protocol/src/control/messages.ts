import { z } from 'zod';

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

/** One line of an answer on the control channel: any number of `progress`, then one of the others, then the end. */
export const controlMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('result'), result: z.unknown() }),
  z.object({ type: z.literal('error'), code: z.string(), details: z.record(z.string(), z.unknown()) }),
]);

/** One line of an answer. */
export type ControlMessage = z.infer<typeof controlMessage>;

/** What a running node leaves in its data folder (`daemon.json`), for commands that look for it. */
export const daemonRecord = z.object({
  pid: z.number(),
  /** Path of its Unix socket, or name of its pipe. */
  socket: z.string(),
  address: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});

/** What `daemon.json` holds. */
export type DaemonRecord = z.infer<typeof daemonRecord>;
