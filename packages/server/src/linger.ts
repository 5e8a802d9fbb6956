import type { IncomingMessage } from 'node:http';
import type { Clock } from '@holdfast/base';

/**
 * After an answer that went out before its request had arrived whole: reads the rest away for a while, so that
 * the sender gets to see the answer, then ends the connection. Closing at once would reset it, and the answer
 * would be lost on the way.
 */
export function lingerAfterAnswer(raw: IncomingMessage, clock: Clock, ms: number): void {
  const socket = raw.socket;
  if (raw.complete !== false || socket.destroyed) return;
  const done = new AbortController();
  const finish = () => done.abort();
  raw.once('end', finish);
  raw.once('close', finish);
  raw.resume();
  clock.sleep(ms, done.signal).then(
    () => socket.destroy(),
    () => {
      raw.off('end', finish);
      raw.off('close', finish);
    },
  );
}
