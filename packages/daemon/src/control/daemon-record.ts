import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DaemonRecord, daemonRecord } from '@holdfast/protocol';

/** Unix socket paths have room for about 104 bytes on all systems. */
const longestSocketPath = 100;

/** A place for a control channel. */
export interface SocketPlace extends Disposable {
  readonly path: string;
}

/** Chooses where the control channel of a data folder is; a folder made for it goes when it is disposed of. */
export function chooseSocketPlace(dataRoot: string, temporary: string, platform: string): SocketPlace {
  if (platform === 'win32') {
    const name = createHash('sha256').update(dataRoot.toLowerCase()).digest('hex').slice(0, 32);
    return { path: `\\\\.\\pipe\\holdfast-${name}`, [Symbol.dispose]: () => {} };
  }
  const inside = join(dataRoot, 'control.sock');
  if (Buffer.byteLength(inside) <= longestSocketPath) {
    const remove = () => rmSync(inside, { force: true });
    // Left over from a node that was killed: whoever asks holds the lock of the folder.
    remove();
    return { path: inside, [Symbol.dispose]: remove };
  }
  const folder = mkdtempSync(join(temporary, 'holdfast-'));
  return {
    path: join(folder, 'control.sock'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Says, for commands, that a node runs on this data folder. */
export function writeDaemonRecord(file: string, record: DaemonRecord): void {
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  renameSync(draft, file);
}

/** What the node that runs here, or ran here last, has said; undefined when there is nothing to be read. */
export function readDaemonRecord(file: string): DaemonRecord | undefined {
  try {
    return daemonRecord.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
