import { AppError, type Clock } from '@holdfast/base';
import type { Credentials } from './dav-client.ts';
import type { OpenTextSocket } from './text-socket.ts';
import { unreachable } from './unreachable.ts';
import { Watchdog } from './watchdog.ts';

/**
 * The server's pings are answered below this interface and cannot be seen here: a connection on which nothing was
 * said for so long, in milliseconds, is given up and opened anew by the caller.
 */
const longestSilence = 15 * 60_000;
/** How long the server may take to let us in, in milliseconds. */
const signInMs = 30_000;

/** Where the socket is, and who signs in. */
export interface NotifyPushSource {
  /** `https://host` or `http://host`, with its port. */
  readonly origin: string;
  readonly path: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly open: OpenTextSocket;
}

/**
 * Listens by the notify_push protocol and calls `onNews` for each `notify_file`, and once when it begins.
 * Resolves when the connection ends after it was let in.
 * @throws AppError `not-signed-in` when the server refuses; `server-unreachable`; the signal's reason.
 */
export async function listenToNotifyPush(
  source: NotifyPushSource,
  onNews: () => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { credentials, clock } = source;
  const secret = await credentials.secret();
  signal.throwIfAborted();
  const address = source.origin.replace(/^http/, 'ws') + source.path;
  using entering = new Watchdog(clock, signInMs, signal);
  using staying = new Watchdog(clock, longestSilence, signal);
  let signedIn = false;
  await new Promise<void>((resolve, reject) => {
    const socket = source.open(address);
    const end = (act: () => void) => {
      act();
      socket.close();
    };
    socket.addEventListener('open', () => {
      socket.send(credentials.user);
      socket.send(secret);
    });
    socket.addEventListener('message', ({ data }) => {
      staying.calm();
      const text = typeof data === 'string' ? data : '';
      if (text === 'authenticated') {
        signedIn = true;
        onNews();
      } else if (text.startsWith('err:')) {
        end(() => reject(refusal(text)));
      } else if (signedIn && (text === 'notify_file' || text.startsWith('notify_file_id '))) {
        onNews();
      }
    });
    const gone = () => (signedIn ? resolve() : reject(unreachable(address, undefined)));
    socket.addEventListener('close', gone);
    socket.addEventListener('error', gone);
    entering.signal.addEventListener('abort', () => {
      if (!signedIn || signal.aborted) end(() => reject(signal.reason ?? unreachable(address, undefined)));
    });
    staying.signal.addEventListener('abort', () => end(resolve));
  });
  signal.throwIfAborted();
}

function refusal(text: string): AppError {
  if (/credentials/i.test(text)) return new AppError('not-signed-in');
  return new AppError('unavailable', { message: 'The server does not let us listen for changes now.' });
}
