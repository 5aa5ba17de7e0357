// The links of published Markdown, for both of its readers: npm's and GitHub's pages resolve them in the repository, an editor
// in node_modules.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { root } from './run.mjs';

/** Where a link begins that leaves the installed packages. */
const REPOSITORY = /^https:\/\/github\.com\/eqloss\/eqloss\/(?:blob|tree)\/main\//;

/**
 * The links of a package's Markdown that lead nowhere.
 *
 * A relative link must exist in the repository and where it is installed: in the package itself, or, as `../core/SPEC.md`, in a
 * package that it depends on, which lies beside it. What is neither is an absolute link to the repository, and must exist there.
 * Links to other hosts are not followed.
 *
 * @param {{ folder: string, files: Map<string, Buffer>, manifest: object }} pack Its folder, and what is in its tarball.
 * @param {(name: string) => Map<string, Buffer> | undefined} filesOf The tarball of another package here.
 * @returns {string[]} One line for each.
 */
export function deadLinks({ folder, files, manifest }, filesOf) {
  const problems = [];
  for (const name of files.keys()) {
    if (!name.endsWith('.md')) continue;
    const text = files.get(name).toString('utf8');
    for (const link of linksOf(text)) {
      const why = problemOf(link, name, text);
      if (why !== undefined) problems.push(`${name}: the link ${link} ${why}`);
    }
  }
  return problems;

  function problemOf(link, name, text) {
    if (link.startsWith('#')) return hasHeading(text, link.slice(1)) ? undefined : 'has no heading';
    const [target, anchor] = link.split('#');
    if (REPOSITORY.test(target)) return problemInRepository(join(root, target.replace(REPOSITORY, '')), anchor);
    if (/^[a-z]+:/.test(target)) return undefined;
    const place = posix.normalize(posix.join(posix.dirname(name), target));
    return problemInRepository(join(folder, place), anchor) ?? problemInstalled(place);
  }

  function problemInstalled(place) {
    if (!place.startsWith('..')) return holds(files, place) ? undefined : 'is not in the tarball';
    const [, other, ...rest] = place.split('/');
    const name = `@eqloss/${other}`;
    const beside = place.startsWith('../..') || !(name in (manifest.dependencies ?? {})) ? undefined : filesOf(name);
    if (beside !== undefined && holds(beside, rest.join('/'))) return undefined;
    const path = relative(root, join(folder, place)).split(sep).join('/');
    return `leads nowhere in node_modules; link to https://github.com/eqloss/eqloss/blob/main/${path}`;
  }
}

/**
 * The anchor of a heading, as GitHub makes it.
 *
 * @param {string} heading
 * @returns {string}
 */
export function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Those of Markdown, outside of code. */
function linksOf(text) {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link);
}

function problemInRepository(path, anchor) {
  if (!existsSync(path)) return 'does not exist in the repository';
  if (anchor === undefined) return undefined;
  const file = statSync(path).isDirectory() ? join(path, 'README.md') : path;
  return hasHeading(readFileSync(file, 'utf8'), anchor) ? undefined : `has no heading ${anchor}`;
}

/** A file, or a folder with something in it. */
function holds(files, path) {
  const folder = path === '' || path === '.' ? '' : `${path.replace(/\/$/, '')}/`;
  return files.has(path) || [...files.keys()].some((name) => name.startsWith(folder));
}

function hasHeading(text, anchor) {
  return [...text.matchAll(/^#+ (.*)$/gm)].some(([, heading]) => anchorOf(heading) === anchor);
}
