import { field } from './json-field.ts';

/** Where a server tells news. */
export type PushSource =
  | {
      /** The event stream of our own nodes. */
      readonly kind: 'events';
      /** Encoded path on the server's origin. */
      readonly path: string;
      /** Something comes at least this often, in milliseconds. */
      readonly heartbeatMs: number;
    }
  | {
      /** The notify_push protocol. */
      readonly kind: 'notify-push';
      /** Encoded path on the server's origin. */
      readonly path: string;
    };

/**
 * The source that capabilities (values of unknown shape) name; undefined where there is none. Only the path of an
 * address counts: the secret is never sent to another server than the one it was given for.
 */
export function pushSourceIn(capabilities: unknown, prefix: string): PushSource | undefined {
  const events = field(field(capabilities, 'holdfast'), 'events');
  const [path, seconds] = [field(events, 'path'), field(events, 'heartbeatSeconds')];
  if (isPath(path) && typeof seconds === 'number' && seconds > 0 && seconds <= 3_600) {
    return { kind: 'events', path: prefix + path, heartbeatMs: seconds * 1_000 };
  }
  const push = field(capabilities, 'notify_push');
  const types = field(push, 'type');
  const websocket = field(field(push, 'endpoints'), 'websocket');
  if (!Array.isArray(types) || !types.includes('files') || typeof websocket !== 'string') return undefined;
  const address = /^wss?:\/\/[^/?#]+(\/[^?#]*)$/.exec(websocket)?.[1];
  return isPath(address) ? { kind: 'notify-push', path: address } : undefined;
}

/** An absolute path of printable ASCII that is no `//host` address. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?!\/)[!-~]{0,500}$/.test(value);
}
