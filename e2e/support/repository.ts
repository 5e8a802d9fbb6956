import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout these tests belong to. */
export const repositoryRoot: string = fileURLToPath(new URL('../../', import.meta.url));

/** The command under test, as a user of a checkout calls it. */
export const holdfastPath: string = join(repositoryRoot, 'holdfast');
