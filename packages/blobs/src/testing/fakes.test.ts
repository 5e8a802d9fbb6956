import { describe, expect, it } from 'vitest';
import { describeBlobStore, FaultyBlobStore, MemoryBlobStore } from './index.ts';

describeBlobStore('MemoryBlobStore', async (clock) => ({
  store: new MemoryBlobStore({ clock }),
  dispose: async () => undefined,
}));
describeBlobStore('FaultyBlobStore without faults', async (clock) => ({
  store: new FaultyBlobStore(new MemoryBlobStore({ clock })),
  dispose: async () => undefined,
}));

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('FaultyBlobStore', () => {
  it('fails before, midway and after, then works again', async () => {
    const inner = new MemoryBlobStore();
    const store = new FaultyBlobStore(inner);
    const error = new Error('bad disk');
    store.failNext({ on: 'put', when: 'before', error });
    store.failNext({ on: 'put', when: 'midway', error });
    await expect(store.put(once('a'))).rejects.toThrow('bad disk');
    await expect(store.put(once('b'))).rejects.toThrow('bad disk');
    expect(inner.count).toBe(0);
    store.failNext({ on: 'put', when: 'after', error });
    await expect(store.put(once('c'))).rejects.toThrow('bad disk');
    expect(inner.count).toBe(1);
    const { id } = await store.put(once('d'));
    store.failNext({ on: 'open', when: 'midway', error });
    await expect((await store.open(id)).toArray()).rejects.toThrow('bad disk');
    expect(Buffer.concat(await (await store.open(id)).toArray()).toString()).toBe('d');
  });
});
