import type { IncomingMessage } from 'node:http';
import { type Random, randomHex } from '@holdfast/base';

const wellFormed = /^[A-Za-z0-9._:+/=-]{1,128}$/;

/**
 * Names requests: by the id that the client gave when it is fit for a log line, otherwise by a number under a
 * random prefix of this process. Unique, but not unpredictable: an id protects nothing.
 */
export function requestIds(random: Random): (raw: IncomingMessage) => string {
  const prefix = randomHex(random, 6);
  let last = 0;
  return (raw) => {
    const given = raw.headers['x-request-id'];
    if (typeof given === 'string' && wellFormed.test(given)) return given;
    return `${prefix}-${(++last).toString(36)}`;
  };
}
