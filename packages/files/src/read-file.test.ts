import { AppError } from '@holdfast/base';
import type { BlobId } from '@holdfast/blobs';
import { FaultyBlobStore, MemoryBlobStore } from '@holdfast/blobs/testing';
import { expect, it } from 'vitest';
import { bodyOf, bytesOf, createTestFiles, pattern } from './testing/index.ts';

it('reads the new content when the old was swept away between the look and the opening', async () => {
  const inner = new MemoryBlobStore();
  const blobs = new FaultyBlobStore(inner);
  await using t = await createTestFiles({ blobs });
  const { node } = await t.files.write(t.actor(), 'a', bodyOf(pattern(50_000)));
  blobs.failNext({ on: 'open', when: 'before', error: new AppError('store-damaged') });
  expect((await bytesOf(await t.files.read(t.actor(), 'a'))).equals(pattern(50_000))).toBe(true);
  inner.lose(node.checksums[0]?.hex as BlobId);
  await expect(t.files.read(t.actor(), 'a')).rejects.toMatchObject({ code: 'store-damaged' });
});
