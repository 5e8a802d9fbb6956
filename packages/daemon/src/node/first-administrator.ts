import { isAppError, type Random } from '@holdfast/base';
import type { Identity } from '@holdfast/identity';

/** An account that was made by a first start. */
export interface FirstAdministrator {
  readonly id: string;
  /** Known here and now only: what is stored is a hash. */
  readonly password: string;
}

/** Letters and digits that nobody takes for each other. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789x';
const groups = 4;
const groupLength = 5;

/** A password that a person can copy by hand: four groups of five characters, 100 bits less a little. */
export function generatePassword(random: Random): string {
  const characters = Array.from(
    random.bytes(groups * groupLength),
    (byte) => alphabet[byte % alphabet.length],
  );
  return Array.from({ length: groups }, (_, group) =>
    characters.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-');
}

/** Makes the account `admin` where there is no account at all; undefined where there is one. */
export async function makeFirstAdministrator(
  identity: Identity,
  createRoot: (userId: string) => Promise<void>,
  random: Random,
): Promise<FirstAdministrator | undefined> {
  if ((await identity.accounts()).length > 0) return undefined;
  const administrator = { id: 'admin', password: generatePassword(random) };
  try {
    await identity.addAccount({ ...administrator, displayName: 'Administrator', admin: true });
  } catch (error) {
    if (isAppError(error, 'already-exists')) return undefined;
    throw error;
  }
  await createRoot(administrator.id);
  return administrator;
}
