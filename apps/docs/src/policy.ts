// The Content-Security-Policy of every page: nothing from elsewhere, no script but the site's own.

import { createHash } from 'node:crypto';

/**
 * Writes the policy into a page. The few scripts that VitePress writes into the page itself are allowed by their hash:
 * they choose the colours before anything is shown.
 */
export function withPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code);
  const hashes = inline.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  const policy = [
    `default-src 'none'`,
    `script-src 'self' ${hashes.join(' ')}`,
    `connect-src 'self'`,
    // Highlighted code has its colours in style attributes.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`);
}
