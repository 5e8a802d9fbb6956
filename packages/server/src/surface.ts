/** The surfaces, by how they write errors. */
export type Surface = 'dav' | 'ocs' | 'json';

/** The surface an address belongs to, known or not. */
export function surfaceOf(url: string): Surface {
  const path = url.startsWith('/index.php/') ? url.slice('/index.php'.length) : url;
  if (/^\/(?:remote\.php|public\.php|dav)(?:\/|\?|$)/.test(path)) return 'dav';
  if (path.startsWith('/ocs/')) return 'ocs';
  return 'json';
}
