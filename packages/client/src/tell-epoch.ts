import type { RemoteChange } from './remote.ts';

/**
 * The same reading; a whole one that has shown anything new says at its end which epoch the server is in, so that
 * a restore from a backup is not taken for the deletes of somebody.
 */
export async function* tellEpoch(
  changes: AsyncIterable<RemoteChange>,
  epochNow: () => Promise<string | undefined>,
): AsyncGenerator<RemoteChange> {
  let unchanged = false;
  for await (const change of changes) {
    unchanged ||= change.type === 'unchanged' && change.path === '';
    if (change.type !== 'end' || !change.whole || unchanged) {
      yield change;
      continue;
    }
    const epoch = await epochNow();
    yield epoch === undefined ? change : { ...change, epoch };
  }
}
