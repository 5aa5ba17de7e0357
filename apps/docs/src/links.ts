// Links of Markdown that is read on GitHub, turned into links of the site.

import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';

/** Where links lead to that no page of the site answers. */
const GITHUB = 'https://github.com/eqloss/eqloss';

/** What {@link turnLinks} needs to know. */
export interface LinkContext {
  /** Path of the Markdown file in the repository. */
  readonly source: string;
  /** The repository, with a slash at the end. */
  readonly repository: string;
  /** Place in the site of a file of the repository; undefined where it is no page. */
  readonly placeOf: (source: string) => string | undefined;
}

/**
 * Turns relative links, and those to files of the repository on GitHub, into links of the site, or into links to the repository where the target is no page.
 *
 * Code is left alone. Clauses (`SPEC G1`) become links to their place in the specification.
 *
 * @returns The text, for a page anywhere in the site: links begin at its root.
 * @throws {Error} when a target does not exist in the repository: the link is dead on GitHub as well.
 */
export function turnLinks(markdown: string, context: LinkContext): string {
  return outsideCode(markdown, (text) =>
    text
      .replace(/(\]\()([^)\s]+)(\))/g, (_, open, target, close) => open + turnTarget(target, context) + close)
      .replace(/(<a [^>]*href=")([^"]+)(")/g, (_, open, target, close) => open + turnTarget(target, context) + close),
  );
}

/** Links clauses that a text names after the word SPEC, where it is no link yet. */
export function linkClauses(markdown: string, place: string): string {
  return outsideCode(markdown, (text) =>
    text.replace(
      /(\[[^\]]*\]\([^)]*\))|\bSPEC ((?:[GSXRPND]\d+)(?:(?:, | to | and )[GSXRPND]\d+)*)/g,
      (whole, link, clauses: string | undefined) =>
        link ??
        (clauses
          ? `SPEC ${clauses.replace(/[GSXRPND]\d+/g, (clause) => `[${clause}](/${place}.md#${clause.toLowerCase()})`)}`
          : whole),
    ),
  );
}

/** Gives each clause of the specification a place to link to: its number. */
export function anchorClauses(markdown: string): string {
  return markdown.replace(
    /^- \*\*([GSXRPND]\d+)\*\*/gm,
    (_, clause) => `- <span id="${clause.toLowerCase()}"></span>**${clause}**`,
  );
}

function turnTarget(target: string, { source, repository, placeOf }: LinkContext): string {
  const absolute = target.startsWith(`${GITHUB}/blob/main/`) || target.startsWith(`${GITHUB}/tree/main/`);
  if (!absolute && /^([a-z]+:|#)/i.test(target)) return target;
  const [path, anchor] = target.split('#');
  const joined = absolute ? path.slice(`${GITHUB}/blob/main/`.length) : posix.join(posix.dirname(source), path);
  const file = posix.normalize(decodeURI(joined)).replace(/\/$/, '');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (file.startsWith('..') || !existsSync(repository + file)) {
    throw new Error(`${source}: the link to ${target} leads nowhere: there is no ${file} in the repository`);
  }
  const folder = statSync(repository + file).isDirectory();
  const place = placeOf(folder ? `${file}/README.md` : file);
  if (place !== undefined) return `/${place}.md${hash}`;
  return `${GITHUB}/${folder ? 'tree' : 'blob'}/main/${file}${hash}`;
}

/** Changes what is neither in a fenced block nor in backticks. */
function outsideCode(markdown: string, change: (text: string) => string): string {
  return markdown
    .split(/(^(?:```|~~~)[\s\S]*?^(?:```|~~~)$|``[^`][\s\S]*?``|`[^`\n]*`)/gm)
    .map((part, at) => (at % 2 === 0 ? change(part) : part))
    .join('');
}
