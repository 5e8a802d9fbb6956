/** What happens around one call of a port. `act` carries it out. */
export type Around = (method: string, act: () => Promise<unknown>) => Promise<unknown>;

const plain = new Set(['profile', 'watch', 'beginRun']);
/** Ports within a port; their methods are called `batches.write` and so on. */
const parts = new Set(['batches', 'deltas']);

/** The same port with `around` about every call that waits; streams are struck when they begin. */
export function intercept<T extends object>(
  port: T,
  isStream: (method: string) => boolean,
  around: Around,
): T {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (
        typeof property === 'string' &&
        parts.has(property) &&
        typeof value === 'object' &&
        value !== null
      ) {
        const inPart = (method: string) => isStream(`${property}.${method}`);
        return intercept(value, inPart, (method, act) => around(`${property}.${method}`, act));
      }
      if (typeof value !== 'function' || typeof property !== 'string') return value;
      if (plain.has(property)) return value.bind(target);
      const method = property;
      if (isStream(method)) {
        return async function* (...args: unknown[]) {
          yield* (await around(method, async () =>
            Reflect.apply(value, target, args),
          )) as AsyncIterable<unknown>;
        };
      }
      return (...args: unknown[]) => around(method, async () => Reflect.apply(value, target, args));
    },
  });
}

/** A folder's `read` is a stream; a remote's is a promise of one. */
export const folderStreams = (method: string): boolean => method === 'read' || method === 'readKept';
/** See `folderStreams`. */
export const remoteStreams = (method: string): boolean => method === 'changes' || method === 'batches.read';
