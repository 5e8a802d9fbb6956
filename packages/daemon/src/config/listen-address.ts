import { BlockList, isIP } from 'node:net';

/** Where to listen. */
export interface ListenAddress {
  /** An IP address without brackets, or a name. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `PORT` (on 127.0.0.1); undefined when it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):)?(\d{1,5})$/.exec(text.trim());
  if (!match) return undefined;
  const [, v6, name] = match;
  const port = Number(match[3]);
  if (port > 65_535 || (v6 !== undefined && isIP(v6) !== 6)) return undefined;
  // A dotted number that is no address would be looked up as a name.
  if (name !== undefined && /^[\d.]+$/.test(name) && isIP(name) !== 4) return undefined;
  return { host: v6 ?? name ?? '127.0.0.1', port };
}

/** `HOST:PORT` with brackets where they are needed. */
export function formatAddress({ host, port }: ListenAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
