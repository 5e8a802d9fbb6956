import { AppError } from '@holdfast/base';
import type { Files, NodeId, TreeNode } from '@holdfast/files';

/** A tree of a root that holds nothing and keeps nothing, but says what was asked of it. */
export interface EmptyFiles {
  readonly files: Files;
  /** Names of the methods that were called. */
  readonly calls: string[];
  /** How each body that was to be written ended: its bytes, or the error that broke it off. */
  readonly bodies: (Buffer | Error)[];
}

const root: TreeNode = {
  id: 1 as NodeId,
  parentId: undefined,
  path: '',
  name: '',
  kind: 'folder',
  size: 0,
  mtime: { s: 0, ns: 0 },
  createdAt: 0,
  etag: 'empty',
  checksums: [],
  executable: false,
  favorite: false,
};

/** For tests of what lies in front of the tree: everything but the root is `not-found`, bodies are read to their end. */
export function emptyFiles(): EmptyFiles {
  const calls: string[] = [];
  const bodies: (Buffer | Error)[] = [];
  const known: Partial<Files> = {
    identity: { instanceId: 'instance', epoch: 'epoch' },
    find: async (_actor, path) => (path === '' ? root : undefined),
    onChange: () => ({ [Symbol.dispose]() {} }),
    quota: async () => ({ used: 25, limit: 100 }),
    write: async (_actor, _path, body) => {
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of body) chunks.push(chunk);
      } catch (error) {
        bodies.push(error as Error);
        throw error;
      }
      bodies.push(Buffer.concat(chunks));
      throw new AppError('disk-full');
    },
  };
  const missing = async () => {
    throw new AppError('not-found');
  };
  const files = new Proxy(known as Files, {
    get(target, name) {
      if (name === 'uploads') return new Proxy({}, { get: (_, inner) => record(`uploads.${String(inner)}`) });
      const own = Reflect.get(target, name);
      // The server itself listens, whoever asks.
      if (name === 'onChange') return own;
      if (own !== undefined && typeof own !== 'function') return own;
      return record(String(name), own);
    },
  });
  const record =
    (name: string, call: (...values: unknown[]) => unknown = missing) =>
    (...values: unknown[]) => {
      calls.push(name);
      return call(...values);
    };
  return { files, calls, bodies };
}
