import { AppError } from '@holdfast/base';

/**
 * The origin and the encoded path (without query) of an address as people write it. Without a scheme it is
 * `https`, on the machine itself `http`. Plain `http` to another machine is the user's own word, and only then.
 * @throws AppError `bad-value`.
 */
export function parseServerUrl(text: string): { origin: string; path: string } {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  const written = scheme === undefined ? `https://${trimmed}` : trimmed;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new AppError('bad-value', {
      message: 'This is not an address of a server. It begins with https://.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('bad-value', { message: 'Give the user and the secret apart from the address.' });
  }
  const origin = scheme === undefined && isLoopback(url.hostname) ? `http://${url.host}` : url.origin;
  return { origin, path: url.pathname };
}

/** Whether a host is this machine itself. */
function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)
  );
}
