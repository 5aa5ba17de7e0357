// Every link of the built site: pages, anchors, files. Links to elsewhere are not followed; only their form is judged.

import { readdirSync } from 'node:fs';
import { LinkChecker, LinkState } from 'linkinator';
import { serveSite } from './serve.ts';

/**
 * Follows every link from the home page on.
 *
 * @param folder The built site.
 * @param base Where it will be served, as `/eqloss/`.
 * @returns One line for each dead link, dead anchor, malformed link to elsewhere, and page that no link leads to.
 */
export async function deadLinks(folder: string, base: string): Promise<readonly string[]> {
  const server = await serveSite(folder, { base });
  try {
    const problems = new Set<string>();
    const { links } = await new LinkChecker().check({
      path: server.url,
      recurse: true,
      checkFragments: true,
      concurrency: 8,
      linksToSkip: async (link) => {
        if (link.startsWith(server.url)) return false;
        const wrong = link.startsWith(new URL(server.url).origin) ? `it leaves ${base}` : formOf(link);
        if (wrong !== undefined) problems.add(`${link}: ${wrong}`);
        return true;
      },
    });
    const inside = (url: string) => url.replace(server.url, '');
    for (const { url, parent, state, status, failureDetails } of links) {
      if (state !== LinkState.BROKEN) continue;
      const why = failureDetails?.map((each) => (each instanceof Error ? each.message : '')).join(' ');
      problems.add(`${inside(parent ?? '')} → ${inside(url)}: ${why || `answers ${status}`}`);
    }
    const reached = new Set(
      links.map(({ url }) =>
        inside(url)
          .replace(/#.*$/, '')
          .replace(/(^|\/)$/, '$1index.html'),
      ),
    );
    for (const page of pagesOf(folder)) if (!reached.has(page)) problems.add(`${page}: no link leads there`);
    return [...problems].sort();
  } finally {
    await server.close();
  }
}

/** What is wrong with the form of a link to elsewhere. */
function formOf(link: string): string | undefined {
  if (link.startsWith('data:')) return undefined;
  if (!URL.canParse(link)) return 'no address';
  const { protocol, hostname, username } = new URL(link);
  if (protocol !== 'https:') return `its scheme is ${protocol} and should be https:`;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostname) || username !== '') return 'no public host';
  return undefined;
}

function pagesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.html') && name !== '404.html');
}
