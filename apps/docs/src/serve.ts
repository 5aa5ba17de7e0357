// Serves the built site on this machine only, as a host of static files does: at a base, with an index for each folder.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { contentTypeOf, listenOnLoopback } from '../../../scripts/loopback.mjs';

/** A site that is being served. */
export interface SiteServer {
  /** Of the home page. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves a folder on 127.0.0.1, without any header of isolation, as GitHub Pages does.
 *
 * @param options `base`: as `/eqloss/`; `port`: a free one by default.
 * @throws {Error} when the port is taken.
 */
export async function serveSite(
  folder: string,
  { base = '/', port: wanted = 0 }: { readonly base?: string; readonly port?: number } = {},
): Promise<SiteServer> {
  const server = createServer((request, response) => {
    const path = decode((request.url ?? '/').split(/[?#]/)[0]);
    const file = path?.startsWith(base) ? fileOf(folder, path.slice(base.length)) : undefined;
    if (path !== undefined && file !== undefined && statSync(file).isDirectory()) {
      response.writeHead(301, { location: encodeURI(`${path}/`) }).end();
      return;
    }
    const missing = join(folder, '404.html');
    const shown = file ?? (existsSync(missing) ? missing : undefined);
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': contentTypeOf(shown ?? '.txt'),
    });
    if (request.method === 'HEAD' || shown === undefined) response.end();
    else createReadStream(shown).pipe(response);
  });
  const { port, close } = await listenOnLoopback(server, wanted);
  return { url: `http://127.0.0.1:${port}${base}`, close };
}

/** The file that answers; a folder without a slash at the end is the folder itself. */
function fileOf(folder: string, path: string): string | undefined {
  const wanted = resolve(folder, `./${path}`, path === '' || path.endsWith('/') ? 'index.html' : '');
  if (wanted !== folder && !wanted.startsWith(folder + sep)) return undefined;
  return existsSync(wanted) ? wanted : undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURI(path);
  } catch {
    return undefined;
  }
}
