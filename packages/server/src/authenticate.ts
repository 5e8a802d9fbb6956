import { AppError } from '@holdfast/base';
import { authorize, type Identity, type Principal } from '@holdfast/identity';
import type { FastifyRequest } from 'fastify';
import type { Gate } from './route-scope.ts';

/**
 * The gate of all routes that are not public: finds out who asks, and asks identity whether they may.
 */
export function createGate(identity: Identity): Gate {
  return (scope, request, _reply, done) => {
    if (comesFromForeignPage(request)) {
      done(new AppError('forbidden', { message: 'Another site may not do this in your name.' }));
      return;
    }
    const pending = authenticate(identity, request);
    if (!pending) {
      done(new AppError('not-signed-in'));
      return;
    }
    pending.then((principal) => {
      if (!authorize(principal, scope)) {
        done(new AppError('scope-missing', { scope }));
        return;
      }
      request.principal = principal;
      done();
    }, done);
  };
}

/**
 * Whether a browser says that a page of another site sends this, with the name and password that the browser
 * remembers for us. Reading is left to the browser's own rules: such a page does not get to see the answer.
 */
function comesFromForeignPage(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return request.method !== 'GET' && request.method !== 'HEAD';
}

/** RFC 7617 and RFC 6750; undefined when there is nothing that could be checked. */
export function authenticate(identity: Identity, request: FastifyRequest): Promise<Principal> | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const value = header.slice(space + 1).trim();
  const caller = { address: request.ip, userAgent: request.headers['user-agent'] ?? '' };
  if (scheme === 'bearer') return identity.authenticateBearer(value, caller);
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 1) return undefined;
  return identity.authenticateBasic(pair.slice(0, colon), pair.slice(colon + 1), caller);
}
