import { z } from 'zod';

/** What one command takes and gives. */
export const command = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) => ({
  params,
  result,
});

/** The parameters of a command without any. */
export const nothing = z.strictObject({});

/** The result of a command that has nothing to tell. */
export const done = z.object({});
