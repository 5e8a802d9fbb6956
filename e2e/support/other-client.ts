/** What another client does on a DAV folder: plain requests, nothing shared with ours. */
export interface OtherClient {
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  read(path: string): Promise<string | undefined>;
}

/** A client on the folder at `url` (without a slash at the end). */
export function otherClient(url: string, user: string, secret: string): OtherClient {
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const at = (path: string) => `${url}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const send = async (method: string, path: string, init: { body?: string; to?: string } = {}) => {
    const response = await fetch(at(path), {
      method,
      headers: {
        authorization,
        ...(init.to === undefined ? {} : { destination: at(init.to), overwrite: 'T' }),
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    return { status: response.status, text: await response.text() };
  };
  const must = async (work: ReturnType<typeof send>, ...also: number[]) => {
    const { status, text } = await work;
    if (status >= 300 && !also.includes(status)) throw new Error(`${status} ${text}`);
  };
  return {
    write: async (path, text) => {
      const names = path.split('/');
      for (let depth = 1; depth < names.length; depth++) {
        await must(send('MKCOL', names.slice(0, depth).join('/')), 405);
      }
      await must(send('PUT', path, { body: text }));
    },
    remove: (path) => must(send('DELETE', path)),
    move: (from, to) => must(send('MOVE', from, { to })),
    read: async (path) => {
      const { status, text } = await send('GET', path);
      return status === 200 ? text : undefined;
    },
  };
}
