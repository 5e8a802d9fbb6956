import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeLarge } from '../support/make-tree.ts';
import { pseudoRandom } from '../support/pseudo-random.ts';

/** The workloads: incompressible, the same bytes on every machine. */
export const workloads = {
  /** 2,000 files of 10 KiB in 40 folders. */
  W1: { files: 2000, folders: 40, size: 10_240 },
  /** One file of 1 GiB. */
  W2: { files: 1, folders: 1, size: 2 ** 30 },
  /** 10,000 files of 1 KiB in 200 folders. */
  W3: { files: 10_000, folders: 200, size: 1024 },
  /** One file of 256 MiB, which gets changed a little. */
  W4: { files: 1, folders: 1, size: 256 * 2 ** 20 },
  /** 1,000 files of 4 KiB in one folder, which gets renamed. */
  W5: { files: 1000, folders: 1, size: 4096 },
  /** 1,000 files of 10 KiB in one folder, which gets listed. */
  W6: { files: 1000, folders: 1, size: 10_240 },
  /** 100,000 files of 4 KiB in 1,000 folders: very many small files, and what a client needs to remember. */
  MEM: { files: 100_000, folders: 1000, size: 4096 },
} as const;

/** Name of a workload. */
export type Workload = keyof typeof workloads;

const firstTime = 1_700_000_000;

/** The folder with the data of a workload below `cache`; made on the first call, then only found. */
export async function benchData(cache: string, workload: Workload, count?: number): Promise<string> {
  const { files: all, folders, size } = workloads[workload];
  const files = count ?? all;
  const folder = join(cache, `${workload}-${files}-${size}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const random = pseudoRandom(`bench ${workload}`);
  for (let i = 0; i < files; i++) {
    const path = join(unfinished, folders === 1 ? 'big' : `d${pad(i % folders, 3)}`, `f${pad(i, 5)}.bin`);
    if (size > 4_194_304) await writeLarge(path, size, random);
    else {
      if (i < folders) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, random.bytes(size));
    }
    utimesSync(path, firstTime + i, firstTime + i);
  }
  renameSync(unfinished, folder);
  return folder;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
