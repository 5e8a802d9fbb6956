import { AppError, type TreePath } from '@holdfast/base';
import type { Download } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';
import type { ExecuteContext } from './context.ts';
import type { Part } from './delta-parts.ts';

/** So many parts are asked for ahead, so that their ways to the server and back overlap. */
const ahead = 4;

/** Which version on the server. */
interface Version {
  readonly path: TreePath;
  readonly ifMatch: string;
}

/**
 * The bytes of `parts`, in order, each from the local file or from the server.
 * @throws AppError those of `Folder.read` and `Remote.read`; `download-damaged` for a part of another size.
 */
export async function* fetchRanges(
  context: ExecuteContext,
  entry: LocalEntry,
  parts: readonly Part[],
  version: Version,
): AsyncGenerator<Uint8Array> {
  const missing = parts.filter(({ from }) => from === undefined);
  const opened: Promise<Download>[] = [];
  let asked = 0;
  let begun = 0;
  const askAhead = (): void => {
    for (; asked < Math.min(missing.length, begun + ahead); asked += 1) {
      const part = missing[asked];
      if (part !== undefined) opened.push(open(context, part, version));
    }
  };
  try {
    for (const part of parts) {
      askAhead();
      if (part.from !== undefined) {
        yield* context.folder.read(entry, { start: part.from, end: part.from + part.size - 1 });
        continue;
      }
      const next = opened[begun];
      begun += 1;
      if (next !== undefined) yield* bytesOf(context, await next, part, version);
    }
  } finally {
    await Promise.all(opened.slice(begun).map((one) => one.then(letGo, () => undefined)));
  }
}

function open(
  { remote, signal }: ExecuteContext,
  { start, size }: Part,
  version: Version,
): Promise<Download> {
  const opened = remote.read(version.path, { ifMatch: version.ifMatch, start, end: start + size, signal });
  // Its failure is seen when its turn comes.
  opened.catch(() => {});
  return opened;
}

async function* bytesOf(
  context: ExecuteContext,
  { body }: Download,
  { size }: Part,
  { path }: Version,
): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of body) {
    left -= chunk.byteLength;
    if (left < 0) break;
    context.onBytes('down', chunk.byteLength);
    yield chunk;
  }
  if (left !== 0) throw new AppError('download-damaged', { path, what: 'size' });
}

/** Ends a download that nobody wants any more. One that was never begun would keep its connection. */
async function letGo({ body }: Download): Promise<void> {
  try {
    for await (const _ of body) return;
  } catch {
    // It has ended by itself.
  }
}
