import { AppError } from '@holdfast/base';

/** What the system's error codes mean to a person (Node's names; OpenSSL's for certificates). */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing answers at this address. Is the server running, and is the port right?',
  ENOTFOUND: 'There is no server of this name. Look for a typing error, or for a missing connection.',
  EAI_AGAIN: 'The name of the server could not be looked up. Is there a connection?',
  ENETUNREACH: 'There is no connection to the network.',
  EHOSTUNREACH: 'There is no way to this server. Is it switched on, and is there a connection?',
  CERT_HAS_EXPIRED: 'The certificate of the server has expired. Its administrator has to renew it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the server is for another address.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The server does not speak HTTPS at this port. Is the address right?',
  EPROTO: 'The server does not speak HTTPS at this port. Is the address right?',
};

const untrusted =
  'The certificate of the server is not trusted on this computer. Add the authority that has signed it (NODE_EXTRA_CA_CERTS names a file), or let the server use another one.';
const untrustedCodes: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** `server-unreachable` for what a request failed with, in words where the cause is known. */
export function unreachable(address: string, cause: unknown): AppError {
  const message = messageOf(cause);
  return new AppError('server-unreachable', message === undefined ? { address } : { address, message }, {
    cause,
  });
}

/** Transports wrap what has happened in a `cause` of their own. */
function messageOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  if (untrustedCodes.has(code)) return untrusted;
  return (typeof code === 'string' ? reasons[code] : undefined) ?? messageOf(error.cause);
}
