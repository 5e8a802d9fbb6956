import { createHash } from 'node:crypto';
import { escapeXml } from '@holdfast/protocol';
import type { FastifyInstance } from 'fastify';
import { ownAddress } from '../own-address.ts';
import { product } from '../product-version.ts';
import type { ServerSettings } from '../server-settings.ts';

const style = `
:root { color-scheme: light dark; --ground: #f7f5f1; --sheet: #ffffff; --ink: #1f2a2c; --soft: #55646a;
  --accent: #0b6e69; --line: #dcd8cf; --code: #eef3f2; }
@media (prefers-color-scheme: dark) { :root { --ground: #12191a; --sheet: #1a2324; --ink: #e8edec;
  --soft: #a3b1b3; --accent: #5cc9bf; --line: #2d3a3c; --code: #101718; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4.5rem) 1.25rem; }
h1 { margin: 0 0 .25rem; font-size: clamp(2rem, 6vw, 2.75rem); line-height: 1.15; letter-spacing: -.02em; }
h1::before { content: ""; display: block; width: 2.75rem; height: .375rem; margin-bottom: 1.25rem;
  border-radius: 1rem; background: var(--accent); }
.lead { margin: 0 0 2.5rem; color: var(--soft); font-size: 1.1875rem; }
section { margin: 0 0 1rem; padding: 1.25rem 1.5rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: .75rem; }
h2 { margin: 0 0 .5rem; font-size: 1.125rem; }
p { margin: .5rem 0; }
code { font: .9375rem/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; user-select: all; }
pre { margin: .75rem 0; padding: .75rem 1rem; background: var(--code); border-radius: .5rem;
  white-space: pre-wrap; }
footer { margin-top: 2rem; color: var(--soft); font-size: .9375rem; }
`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page at `/`: what this is and how to connect. No script, nothing loaded from anywhere. */
export function registerHomePage(app: FastifyInstance, settings: ServerSettings): void {
  app.get('/', { config: { scope: 'public' } }, (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .header('vary', 'Host')
      .send(renderHomePage(ownAddress(request, settings))),
  );
}

function renderHomePage(address: string): string {
  const at = escapeXml(address);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${product.name}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${product.name}</h1>
<p class="lead">This is a file node. It keeps the files of its people and syncs them with their devices.</p>
<section aria-labelledby="sync">
<h2 id="sync">Sync a folder</h2>
<p>With the ${product.name} command, your name, and an app token in a file:</p>
<pre><code>holdfast sync ~/Files ${at}/ --user NAME --token-file FILE --watch</code></pre>
</section>
<section aria-labelledby="dav">
<h2 id="dav">Open in a file manager</h2>
<p>Any WebDAV client works. Sign in with your name and an app token.</p>
<pre><code>${at}/remote.php/webdav/</code></pre>
</section>
<section aria-labelledby="clients">
<h2 id="clients">Other sync clients</h2>
<p>Desktop clients made for Nextcloud or ownCloud take this server address:</p>
<pre><code>${at}</code></pre>
</section>
<footer>No account yet? Ask whoever runs this node.</footer>
</main>
</body>
</html>
`;
}
