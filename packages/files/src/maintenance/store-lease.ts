import type { BlobStore } from '@holdfast/blobs';

interface Lease {
  /** When each of those began that store blobs now and have not committed what refers to them. */
  readonly storing: Set<{ readonly since: number }>;
  readers: number;
  sweeping: boolean;
  waiting: (() => void)[];
}

const leases = new WeakMap<BlobStore, Lease>();

function leaseOf(blobs: BlobStore): Lease {
  const known = leases.get(blobs);
  if (known !== undefined) return known;
  const made: Lease = { storing: new Set(), readers: 0, sweeping: false, waiting: [] };
  leases.set(blobs, made);
  return made;
}

/** Runs `fn`, which puts blobs and then commits what refers to them: no sweep takes them in between. */
export async function whileStoring<T>(blobs: BlobStore, since: number, fn: () => Promise<T>): Promise<T> {
  const { storing } = leaseOf(blobs);
  const entry = { since };
  storing.add(entry);
  try {
    return await fn();
  } finally {
    storing.delete(entry);
  }
}

/** The time from which on blobs may have been put whose metadata is still to come. */
export function storingSince(blobs: BlobStore): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { since } of leaseOf(blobs).storing) oldest = Math.min(oldest, since);
  // File systems round the age of a file.
  return oldest - 2000;
}

/** Runs `fn`, which reads blobs of an earlier moment, while no sweep of this process removes any. */
export async function whileNothingIsSwept<T>(blobs: BlobStore, fn: () => Promise<T>): Promise<T> {
  const lease = leaseOf(blobs);
  while (lease.sweeping) await turn(lease);
  lease.readers++;
  try {
    return await fn();
  } finally {
    lease.readers--;
    wake(lease);
  }
}

/** Runs `fn`, which removes blobs, while nobody of this process relies on those of an earlier moment. */
export async function whileSweeping<T>(blobs: BlobStore, fn: () => Promise<T>): Promise<T> {
  const lease = leaseOf(blobs);
  while (lease.sweeping || lease.readers > 0) await turn(lease);
  lease.sweeping = true;
  try {
    return await fn();
  } finally {
    lease.sweeping = false;
    wake(lease);
  }
}

function turn(lease: Lease): Promise<void> {
  return new Promise((resolve) => lease.waiting.push(resolve));
}

function wake(lease: Lease): void {
  for (const resume of lease.waiting.splice(0)) resume();
}
