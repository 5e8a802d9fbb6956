import { childOf, namesOf } from '@holdfast/base';
import { windowsNameLimits } from './name-limits.ts';
import type { ServerProbe } from './probe-server.ts';
import { type Quirks, quirksOf } from './quirks.ts';
import type { RemoteProfile } from './remote.ts';

/** How requests to one kind of server differ. */
export interface Dialect {
  /** Property elements to ask for. */
  readonly properties: string;
  /**
   * Who checks preconditions. `all`: the server, on files and folders. `files`: the server, on files only.
   * `look`: nobody but us; and an upload is not atomic.
   */
  readonly guards: 'all' | 'files' | 'look';
  /** Encoded path of the chunk staging. */
  readonly uploads: string | undefined;
  /** Encoded paths of the folders from below the mount down to the synced one. */
  readonly pathsToRoot: readonly string[];
  readonly quirks: Quirks;
  readonly profile: Pick<
    RemoteProfile,
    'discovery' | 'stableIds' | 'mtime' | 'verifies' | 'chunkAbove' | 'links' | 'names'
  >;
}

const live = '<d:resourcetype/><d:getetag/><d:getcontentlength/>';
const mebibyte = 1024 * 1024;

/** The dialect of a server that was probed. */
export function dialectOf(probe: ServerProbe): Dialect {
  const quirks = quirksOf(probe);
  const pathsToRoot = pathsBetween(probe.mount, probe.folder);
  const shared = { quirks, uploads: probe.uploads, pathsToRoot };
  const chunked = probe.uploads !== undefined;
  if (probe.kind === 'holdfast') {
    return {
      ...shared,
      properties: `${live}<oc:checksums/><oc:permissions/><hf:mtime/><hf:executable/>${probe.links === true ? '<hf:link/>' : ''}<hf:node/>`,
      guards: 'all',
      profile: {
        discovery: 'feed',
        stableIds: true,
        mtime: 'ns',
        verifies: true,
        // One request writes to the store as it comes; chunks only pay where a transfer may take long.
        chunkAbove: chunked ? 1024 * mebibyte : undefined,
        links: probe.links === true,
      },
    };
  }
  if (probe.kind === 'webdav') {
    return {
      ...shared,
      properties: `${live}<d:getlastmodified/>`,
      guards: 'look',
      profile: {
        discovery: 'listing',
        stableIds: false,
        mtime: 'none',
        verifies: false,
        chunkAbove: undefined,
        links: false,
        ...(quirks.windowsNames ? { names: windowsNameLimits } : {}),
      },
    };
  }
  return {
    ...shared,
    properties: `${live}<d:getlastmodified/><oc:id/><oc:checksums/><oc:permissions/>`,
    guards: 'files',
    profile: {
      discovery: 'etag-walk',
      stableIds: true,
      mtime: 's',
      verifies: false,
      chunkAbove: chunked ? 48 * mebibyte : undefined,
      links: false,
      ...(probe.names ? { names: probe.names } : {}),
    },
  };
}

function pathsBetween(mount: string, folder: string): string[] {
  const paths: string[] = [];
  let at = mount;
  for (const name of namesOf(folder.slice(mount.length + 1))) {
    at = childOf(at, name);
    paths.push(at.startsWith('/') ? at : `/${at}`);
  }
  return paths.map((path) => `${path}/`);
}
