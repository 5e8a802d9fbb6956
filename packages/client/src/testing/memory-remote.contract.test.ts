import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { MemoryRemote } from './memory-remote.ts';
import { remoteContract } from './remote-contract.ts';

describe.each(['feed', 'etag-walk', 'listing'] as const)('MemoryRemote keeps the port (%s)', (discovery) => {
  for (const promise of remoteContract) {
    it(promise.name, async () => {
      const remote = new MemoryRemote({
        clock: manualClock(),
        discovery,
        ...(discovery === 'feed' ? { batchFileBytes: 1024, deltaMinBytes: 100_000 } : {}),
      });
      const { server } = remote;
      await promise.run({
        remote,
        write: async (path, text) => void server.write(path, text),
        remove: async (path) => server.remove(path),
        move: async (from, to) => void server.move(from, to),
        read: async (path) => server.read(path),
      });
    });
  }
});

describe('MemoryRemote', () => {
  it.each(['stores-nothing', 'truncates', 'flips-a-byte', 'says-done-on-failure'] as const)(
    'R6 notices a server that %s',
    async (lie) => {
      const remote = new MemoryRemote({ clock: manualClock() });
      remote.lies.push(lie);
      const source = {
        size: 3,
        open: async function* () {
          yield new TextEncoder().encode('abc');
        },
      };
      const write = () => remote.write('a', source, { mtime: { s: 1, ns: 0 }, ifAbsent: true });
      await expect(write()).rejects.toMatchObject({ code: 'upload-damaged' });
    },
  );

  it('R4 a restored server gives a whole reading for an old cursor', async () => {
    const remote = new MemoryRemote({ clock: manualClock() });
    remote.server.write('a', 'x');
    const old = remote.server.token;
    remote.server.restore(new Map([['b', 'y']]));
    let last: unknown;
    for await (const change of remote.changes(old, () => undefined)) last = change;
    expect(last).toMatchObject({ type: 'end', whole: true });
  });
});
