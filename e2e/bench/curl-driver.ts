import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodePath } from '@holdfast/protocol';
import { type DavRequests, davRequests } from '../support/dav-requests.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

/** A DAV server as curl sees it: 8 connections kept alive, nothing but transfers. */
export interface CurlTarget {
  /** The DAV folder of the account, without a slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Requests for making and removing folders around a run. */
export function requestsTo({ url, user, password }: CurlTarget): DavRequests {
  return davRequests(url, user, password);
}

/** Uploads the files below `local` into the new folder `remote`; making the folders is not measured. */
export async function curlUp(
  target: CurlTarget,
  local: string,
  remote: string,
  scratch: string,
): Promise<TimedRun> {
  const dav = requestsTo(target);
  await dav.status('MKCOL', remote);
  for (const folder of readdirSync(local)) await dav.status('MKCOL', `${remote}/${folder}`);
  const lines = filesBelow(local).map(
    (path) =>
      `upload-file = "${join(local, path)}"\nurl = "${target.url}/${encodePath(`${remote}/${path}`)}"\noutput = "/dev/null"\n`,
  );
  return await curl(target, lines, scratch);
}

/** Downloads the same files from `remote` into `into`. */
export async function curlDown(
  target: CurlTarget,
  local: string,
  remote: string,
  into: string,
  scratch: string,
): Promise<TimedRun> {
  const paths = filesBelow(local);
  for (const path of new Set(paths.map(dirname))) await mkdir(join(into, path), { recursive: true });
  const lines = paths.map(
    (path) => `url = "${target.url}/${encodePath(`${remote}/${path}`)}"\noutput = "${join(into, path)}"\n`,
  );
  return await curl(target, lines, scratch);
}

async function curl(target: CurlTarget, lines: readonly string[], scratch: string): Promise<TimedRun> {
  const file = join(scratch, 'curl.config');
  await writeFile(file, lines.join(''));
  const { user, password } = target;
  return await timedRun('curl', [
    ...['-sS', '-f', '-Z', '--parallel-max', '8', '-H', 'Expect:', '-u', `${user}:${password}`, '-K', file],
  ]);
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
