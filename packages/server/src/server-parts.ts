import type { Clock, Logger, Random } from '@holdfast/base';
import type { Files } from '@holdfast/files';
import type { Identity } from '@holdfast/identity';
import type { ServerSettings } from './server-settings.ts';

/** What the surfaces stand on. */
export interface ServerParts {
  readonly files: Files;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ServerSettings;
}
