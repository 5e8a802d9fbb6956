import { AppError, isAppError } from '@holdfast/base';
import { authorize, type Principal } from '@holdfast/identity';
import { actorOf } from '../actor-of.ts';
import type { PushSession } from './push-channel.ts';

/**
 * The session of whoever `signIn` lets in; it is called again whenever it is in question whether they still may.
 * @throws AppError those of `signIn`; `scope-missing` for what may not read files.
 */
export async function openPushSession(signIn: () => Promise<Principal>): Promise<PushSession> {
  const principal = await signIn();
  if (!authorize(principal, 'files:read')) throw new AppError('scope-missing', { scope: 'files:read' });
  return { actor: actorOf(principal), stillGood: () => isStillGood(signIn) };
}

async function isStillGood(signIn: () => Promise<Principal>): Promise<boolean> {
  try {
    return authorize(await signIn(), 'files:read');
  } catch (error) {
    const refusals = ['not-signed-in', 'token-expired', 'account-disabled', 'too-many-requests'] as const;
    if (isAppError(error, ...refusals)) return false;
    throw error;
  }
}
