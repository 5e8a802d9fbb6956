import { readFileSync } from 'node:fs';
import { AppError } from '@holdfast/base';
import { createServer, defaultServerSettings, type ServerParts, type ServerSettings } from '@holdfast/server';
import type { Config } from '../config/config-schema.ts';
import { formatAddress } from '../config/listen-address.ts';

/** How long requests that are under way may take once the node is to stop, in milliseconds. */
const graceMs = 5_000;

/** An HTTP server that answers. */
export interface HttpServer extends AsyncDisposable {
  readonly address: string;
}

/**
 * Starts the HTTP surfaces. Disposing of it lets requests under way finish, for five seconds.
 * @throws AppError `address-in-use`, `config-invalid` (a TLS file cannot be read).
 */
export async function serveHttp(config: Config, parts: Omit<ServerParts, 'settings'>): Promise<HttpServer> {
  const settings = settingsOf(config);
  const app = await createServer({ ...parts, settings });
  const { host, port } = config.http.listen;
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, formatAddress({ host, port }));
  }
  const bound = app.server.address();
  const actual = typeof bound === 'object' && bound ? bound.port : port;
  return {
    address: `${settings.tls ? 'https' : 'http'}://${formatAddress({ host, port: actual })}`,
    [Symbol.asyncDispose]: async () => {
      const done = new AbortController();
      const impatience = parts.clock.sleep(graceMs, done.signal).then(
        () => app.server.closeAllConnections(),
        () => {},
      );
      await app.close();
      done.abort();
      await impatience;
    },
  };
}

function settingsOf({ http, limits }: Config): ServerSettings {
  const { publicUrl, trustProxy, passwordLogin, tlsCert, tlsKey } = http;
  return {
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/+$/, '') }),
    trustProxy,
    passwordOverBasic: passwordLogin,
    limits: {
      ...defaultServerSettings.limits,
      maxXmlBytes: limits.maxXmlBytes,
      maxUploadBytes: limits.maxUploadBytes,
      bodyIdleTimeoutMs: limits.idleSeconds * 1000,
    },
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { tls: { cert: readPem(tlsCert, 'http.tlsCert'), key: readPem(tlsKey, 'http.tlsKey') } }),
  };
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError('config-invalid', { message: `${key}: ${file} cannot be read.` }, { cause: error });
  }
}

function listenError(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${address} is in use by another program. Choose another address, such as --listen 127.0.0.1:8485.`,
    EACCES: `The system does not allow listening on ${address}. Choose a port above 1023 with --listen.`,
    EADDRNOTAVAIL: `${address} is no address of this machine. Choose another with --listen.`,
    ENOTFOUND: `${address} is not known. Choose another address with --listen.`,
  };
  const message = reasons[String(code)];
  return message === undefined ? error : new AppError('address-in-use', { message }, { cause: error });
}
