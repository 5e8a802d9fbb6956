import { z } from 'zod';

/** The form of the settings file that this program writes. */
export const settingsVersion = 1;

const until = z.number();

/** How a pause is kept: without an end it lasts until somebody resumes. */
const pause = z.looseObject({ until: until.optional() });

const account = z.looseObject({
  id: z.string(),
  /** Scheme, host and port. */
  server: z.string(),
  user: z.string(),
  store: z.enum(['keychain', 'file']),
  /** Name of the token in its store. */
  secret: z.string(),
});

const folder = z.looseObject({
  id: z.string(),
  name: z.string(),
  /** Absolute and real. */
  local: z.string(),
  url: z.string(),
  /** Id of its account. */
  account: z.string(),
  /** Name of the folder of its journal in the state folder. */
  journal: z.string(),
  links: z.boolean().default(false),
  /** Milliseconds since 1970. */
  addedAt: z.number(),
  paused: pause.optional(),
});

/** The settings of all synced folders. What a newer program has added is kept (R17). */
export const settingsSchema = z.looseObject({
  version: z.number().int().min(1),
  accounts: z.array(account).default([]),
  folders: z.array(folder).default([]),
  /** Bytes a second. */
  limits: z
    .looseObject({ up: z.number().positive().optional(), down: z.number().positive().optional() })
    .default({}),
  power: z
    .looseObject({
      battery: z.enum(['sync', 'pause']).default('sync'),
      meteredNetwork: z.enum(['sync', 'pause']).default('sync'),
    })
    .prefault({}),
  /** While everything is paused. */
  paused: pause.optional(),
});

/** The settings of all synced folders. */
export type Settings = z.output<typeof settingsSchema>;
/** Who signs in where. One token, for all folders of the account. */
export type AccountSettings = Settings['accounts'][number];
/** One synced folder. */
export type FolderSettings = Settings['folders'][number];
/** A pause with or without an end. */
export type Pause = NonNullable<Settings['paused']>;

/** `user@host`, as people name an account. */
export function accountName({ server, user }: Pick<AccountSettings, 'server' | 'user'>): string {
  return `${user}@${URL.parse(server)?.host ?? server}`;
}
