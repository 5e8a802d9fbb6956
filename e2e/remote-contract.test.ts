import { openRemote } from '@holdfast/client';
import { remoteContract } from '@holdfast/client/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { apacheDav } from './support/apache-dav.ts';
import { nodeWithAccount } from './support/node-with-account.ts';
import { otherClient } from './support/other-client.ts';
import { rcloneServe } from './support/rclone-serve.ts';
import { findTool, requireTool, type Tool } from './support/require-tool.ts';

/** A server that runs, and how to sign in. */
interface Server {
  /** What a user would write. */
  readonly url: string;
  /** The DAV folder of the same place. */
  readonly davUrl: string;
  readonly user: string;
  readonly secret: string;
  stop(): PromiseLike<void>;
}

const servers: readonly {
  name: string;
  tool?: Tool;
  as?: 'nextcloud';
  start: (program: string) => Promise<Server>;
}[] = [
  {
    name: 'our node',
    start: async () => {
      const { node, account, davUrl, [Symbol.asyncDispose]: stop } = await nodeWithAccount('contract');
      return { url: node.url, davUrl, user: account.name, secret: account.token, stop };
    },
  },
  {
    name: 'our node, taken for a Nextcloud server',
    as: 'nextcloud',
    start: async () => {
      const { node, account, davUrl, [Symbol.asyncDispose]: stop } = await nodeWithAccount('contract');
      return { url: node.url, davUrl, user: account.name, secret: account.token, stop };
    },
  },
  {
    name: 'Apache mod_dav',
    tool: 'apache2',
    start: async (program) => peer(await apacheDav(program)),
  },
  {
    name: 'rclone serve webdav',
    tool: 'rclone',
    start: async (program) => peer(await rcloneServe(program)),
  },
];

function peer({
  url,
  user,
  password,
  [Symbol.asyncDispose]: stop,
}: Awaited<ReturnType<typeof apacheDav>>): Server {
  return { url, davUrl: url, user, secret: password, stop };
}

describe.each(servers)('R18 the remote on $name keeps the port', ({ tool, start, as }) => {
  let server: Server | undefined;
  let folders = 0;
  beforeAll(async () => {
    const program = tool === undefined ? '' : findTool(tool);
    if (program !== undefined) server = await start(program);
  });
  afterAll(() => server?.stop());

  for (const promise of remoteContract) {
    test(promise.name, async (context) => {
      if (tool !== undefined) requireTool(context, tool);
      if (!server) throw new Error('the server did not start');
      const { url, davUrl, user, secret } = server;
      const folder = encodeURIComponent(`contract ${folders++}`);
      const remote = await openRemote({
        ...{ url: `${url}/${folder}`, user, secret: async () => secret },
        ...(as === undefined ? {} : { as }),
      });
      await remote.ensureRoot();
      await promise.run({ remote, ...otherClient(`${davUrl}/${folder}`, user, secret) });
    });
  }
});
