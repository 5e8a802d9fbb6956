import { isAppError } from '@holdfast/base';
import type { DavClient } from './dav-client.ts';
import { discardBody } from './transport.ts';

/** Removes what a failed upload has left. The upload's error counts, not one of cleaning up. */
export async function removeQuietly(dav: DavClient, path: string): Promise<void> {
  try {
    await discardBody(await dav.request(path, { method: 'DELETE', expect: [200, 204, 404] }));
  } catch (error) {
    if (!isAppError(error)) throw error;
  }
}
