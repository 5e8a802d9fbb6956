import type { DavRequests } from './dav-requests.ts';
import type { PseudoRandom } from './pseudo-random.ts';
import { sha256 } from './read-tree.ts';

/** What a request that was never answered may have done: each change happened whole, or not at all. */
interface Unanswered {
  readonly description: string;
  /** Path → hash after it, `undefined` for nothing there. */
  readonly after: ReadonlyMap<string, string | undefined>;
}

/** Writes into one folder of a node until it dies, and knows what the node has acknowledged. */
export interface CrashUploader {
  /** Sends random changes, one after the other, until a request fails to be answered. */
  runUntilDead(dav: DavRequests, uploads: DavRequests): Promise<void>;
  /** Compares what the node has now with what it acknowledged; every difference is a line. */
  verify(dav: DavRequests): Promise<string[]>;
  readonly acknowledged: () => number;
}

/** An uploader for `folder`, which must exist. Files there belong to it alone. */
export function crashUploader(folder: string, random: PseudoRandom): CrashUploader {
  const files = new Map<string, string>();
  let unanswered: Unanswered | undefined;
  let count = 0;
  let acknowledged = 0;

  /** Sends one change; on the answer it is certain, without one it may have happened. */
  const change = async (
    description: string,
    after: ReadonlyMap<string, string | undefined>,
    send: () => Promise<number>,
  ) => {
    unanswered = { description, after };
    const status = await send();
    unanswered = undefined;
    if (status >= 500) throw new Error(`${description}: ${status}`);
    if (status >= 300) throw new AnswerError(`${description}: ${status}`);
    for (const [path, hash] of after) {
      if (hash === undefined) files.delete(path);
      else files.set(path, hash);
    }
    acknowledged++;
  };
  const put = async (dav: DavRequests, path: string) => {
    const size = random.pick([0, 200, 5_000, 32_768, 32_769, 100_000, 1_000_000, 4_000_000]);
    const body = Buffer.concat([Buffer.from(`${path} ${++count}\n`), random.bytes(random.int(size + 1))]);
    await change(`PUT ${path}`, new Map([[path, sha256(body)]]), () => dav.status('PUT', path, { body }));
  };
  const chunked = async (dav: DavRequests, uploads: DavRequests, path: string) => {
    const transfer = `crash-${folder}-${++count}`;
    const chunks = Array.from({ length: 1 + random.int(4) }, () => random.bytes(1 + random.int(700_000)));
    const whole = sha256(Buffer.concat(chunks));
    await uploads.status('MKCOL', transfer);
    for (const [index, body] of chunks.entries()) {
      const status = await uploads.status('PUT', `${transfer}/${String(index + 1).padStart(5, '0')}`, {
        body,
      });
      if (status >= 300) throw new AnswerError(`chunk: ${status}`);
    }
    await change(`chunked ${path}`, new Map([[path, whole]]), () =>
      uploads.status('MOVE', `${transfer}/.file`, { headers: { destination: dav.urlOf(path) } }),
    );
  };
  const step = async (dav: DavRequests, uploads: DavRequests) => {
    const dice = random.int(20);
    const fresh = `${folder}/${++count}.bin`;
    const known = files.size > 0 ? random.pick([...files.keys()]) : fresh;
    if (files.size < 5 || dice < 6) await put(dav, files.size < 15 ? fresh : known);
    else if (dice < 11) await put(dav, known);
    else if (dice < 14) await chunked(dav, uploads, random.int(2) === 0 && files.size < 15 ? fresh : known);
    else if (dice < 17) {
      const target = random.int(2) === 0 ? fresh : random.pick([...files.keys()]);
      if (target === known) return;
      const headers = { destination: dav.urlOf(target), overwrite: 'T' };
      const after = new Map([
        [known, undefined],
        [target, files.get(known)],
      ]);
      await change(`MOVE ${known} ${target}`, after, () => dav.status('MOVE', known, { headers }));
    } else {
      await change(`DELETE ${known}`, new Map([[known, undefined]]), () => dav.status('DELETE', known));
    }
  };
  return {
    acknowledged: () => acknowledged,
    runUntilDead: async (dav, uploads) => {
      try {
        for (;;) await step(dav, uploads);
      } catch (error) {
        if (error instanceof AnswerError) throw error;
      }
    },
    verify: async (dav) => {
      const there = await readFolder(dav, folder);
      const lines = differences(files, there);
      if (lines.length > 0 && unanswered !== undefined) {
        const happened = new Map<string, string | undefined>([...files, ...unanswered.after]);
        const certain = new Map(
          [...happened].filter((pair): pair is [string, string] => pair[1] !== undefined),
        );
        const others = differences(certain, there);
        if (others.length === 0) lines.length = 0;
        else lines.push(`and with the unanswered ${unanswered.description}: ${others.join('; ')}`);
      }
      unanswered = undefined;
      files.clear();
      for (const [path, hash] of there) files.set(path, hash);
      return lines;
    },
  };
}

/** The node answered, and the answer is wrong. */
class AnswerError extends Error {}

async function readFolder(dav: DavRequests, folder: string): Promise<Map<string, string>> {
  const listing = await dav.send('PROPFIND', folder, { headers: { depth: '1' } });
  const hrefs = [...(await listing.text()).matchAll(/<[\w-]+:href>([^<]+)<\/[\w-]+:href>/g)];
  const names = hrefs
    .map(([, href = '']) => decodeURIComponent(href.split('/').at(-1) ?? ''))
    .filter((n) => n !== '');
  const out = new Map<string, string>();
  for (const name of names) out.set(`${folder}/${name}`, sha256(await dav.read(`${folder}/${name}`)));
  return out;
}

function differences(expected: ReadonlyMap<string, string>, there: ReadonlyMap<string, string>): string[] {
  const lines: string[] = [];
  for (const [path, hash] of expected) {
    if (!there.has(path)) lines.push(`acknowledged, but gone: ${path}`);
    else if (there.get(path) !== hash) lines.push(`acknowledged, but other bytes: ${path}`);
  }
  for (const path of there.keys())
    if (!expected.has(path)) lines.push(`never acknowledged, but there: ${path}`);
  return lines;
}
