import { encodePath } from '@holdfast/protocol';

/** Plain WebDAV requests of a test, with Basic authentication. Nothing is retried. */
export interface DavRequests {
  /** Sends a request; `path` is a tree path below the base address. The answer's body must be read or cancelled. */
  send(method: string, path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>;
  /** Sends a request and reads the answer away; its status. */
  status(method: string, path: string, init?: RequestInit & { duplex?: 'half' }): Promise<number>;
  /** The whole of a file. Rejects unless the status is 200. */
  read(path: string): Promise<Buffer>;
  /** The address of a tree path. */
  urlOf(path: string): string;
}

/** The value of an `Authorization` header. */
export function basicAuth(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Requests below `base` (an address without a slash at the end). */
export function davRequests(base: string, user: string, password: string): DavRequests {
  const urlOf = (path: string) => `${base}/${encodePath(path)}`;
  const send: DavRequests['send'] = (method, path, init = {}) =>
    fetch(urlOf(path), {
      ...init,
      method,
      headers: { authorization: basicAuth(user, password), ...(init.headers as Record<string, string>) },
    });
  return {
    urlOf,
    send,
    status: async (method, path, init) => {
      const answer = await send(method, path, init);
      await answer.arrayBuffer();
      return answer.status;
    },
    read: async (path) => {
      const answer = await send('GET', path);
      const body = Buffer.from(await answer.arrayBuffer());
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${body.toString()}`);
      return body;
    },
  };
}
