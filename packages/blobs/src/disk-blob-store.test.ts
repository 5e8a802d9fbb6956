import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { BlobId } from './blob-store.ts';
import { DiskBlobStore } from './disk-blob-store.ts';
import { describeBlobStore } from './testing/index.ts';

const directories: string[] = [];
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-blobs-'));
  directories.push(directory);
  return directory;
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describeBlobStore('DiskBlobStore', async (clock) => ({
  store: new DiskBlobStore(newDirectory(), { clock }),
  dispose: async () => undefined,
}));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('DiskBlobStore', () => {
  it('R7 forgets what an earlier process left unfinished, and keeps what is whole', async () => {
    const root = newDirectory();
    const { id } = await new DiskBlobStore(root).put(once(Buffer.from('whole')));
    writeFileSync(join(root, 'tmp', 'half'), 'ha');
    const store = new DiskBlobStore(root);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
    expect(await store.stat(id)).toMatchObject({ size: 5 });
  });

  it('leaves no temporary file behind, whether a put succeeds or fails', async () => {
    const root = newDirectory();
    const store = new DiskBlobStore(root);
    await store.put(once(Buffer.from('a')));
    await store.put(once(Buffer.from('a')));
    await expect(
      store.put(once(Buffer.from('a')), { expect: '0'.repeat(64) as BlobId }),
    ).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  it('keeps blobs from other users of the machine', async () => {
    const root = newDirectory();
    const { id } = await new DiskBlobStore(root).put(once(Buffer.from('private')));
    expect(statSync(join(root, id.slice(0, 2), id)).mode & 0o077).toBe(0);
    expect(statSync(join(root, id.slice(0, 2))).mode & 0o077).toBe(0);
  });

  it('replaces a blob that was cut off', async () => {
    const root = newDirectory();
    const store = new DiskBlobStore(root);
    const { id } = await store.put(once(Buffer.from('the whole text')));
    writeFileSync(join(root, id.slice(0, 2), id), 'the wh');
    await store.put(once(Buffer.from('the whole text')));
    expect(await store.stat(id)).toMatchObject({ size: 14 });
  });

  it('R19 says that the disk is full, and keeps nothing', async () => {
    const root = newDirectory();
    const store = new DiskBlobStore(root);
    async function* full(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    await expect(store.put(full())).rejects.toMatchObject({ code: 'disk-full' });
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  it('S21 never makes a path of what is no hash', async () => {
    const root = newDirectory();
    const store = new DiskBlobStore(root);
    const outside = join(root, '..', `${root.split('/').pop()}-victim`);
    writeFileSync(outside, 'x');
    directories.push(outside);
    const id = `../${outside.split('/').pop()}` as BlobId;
    await expect(store.open(id)).rejects.toMatchObject({ code: 'store-damaged' });
    await expect(store.remove([id])).rejects.toMatchObject({ code: 'store-damaged' });
    expect(existsSync(outside)).toBe(true);
  });
});
