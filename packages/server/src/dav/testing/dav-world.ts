import type { Files } from '@holdfast/files';
import { createTestFiles } from '@holdfast/files/testing';
import type { LightMyRequestResponse } from 'fastify';
import { basic, openTestServer, type TestServer, testPassword } from '../../testing/open-test-server.ts';

/** How a request is sent. */
export interface SendOptions {
  /** The account; `ann` when nothing is said. */
  readonly as?: string;
  /** A token instead of the password. */
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A server over a real tree. Accounts: `ann`, and `poor` with a quota of 1,000 bytes. */
export interface DavWorld {
  readonly server: TestServer;
  readonly files: Files;
  /** Sends to `/remote.php/webdav` + path, or to the whole address when it starts with a known mount. */
  send(method: string, path: string, options?: SendOptions): Promise<LightMyRequestResponse>;
  /** PROPFIND of some properties, ready-made XML with the usual prefixes. */
  propfind(
    path: string,
    props: string,
    options?: SendOptions & { depth?: string },
  ): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** The declarations that ready-made request XML uses. */
export const xmlns =
  'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns" xmlns:hf="urn:holdfast:dav"';

/** Opens a DavWorld. */
export async function openDavWorld(): Promise<DavWorld> {
  const tree = await createTestFiles();
  const server = await openTestServer(tree.files);
  await server.test.identity.addAccount({ id: 'poor', password: testPassword });
  await tree.files.createRoot('ann');
  await tree.files.createRoot('poor', 1_000);
  const send: DavWorld['send'] = (method, path, options = {}) =>
    server.app.inject({
      method: method as 'GET',
      url: /^\/(?:remote\.php|dav)(?:\/|$)/.test(path) ? path : `/remote.php/webdav${path}`,
      headers: {
        host: 'node.example',
        authorization: options.token ? `Bearer ${options.token}` : basic(options.as ?? 'ann'),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { payload: options.body }),
    });
  return {
    server,
    files: tree.files,
    send,
    propfind: (path, props, { depth = '0', ...options } = {}) =>
      send('PROPFIND', path, {
        ...options,
        headers: { depth, ...options.headers },
        body: `<d:propfind ${xmlns}><d:prop>${props}</d:prop></d:propfind>`,
      }),
    close: async () => {
      await server.close();
      await tree.close();
    },
  };
}
