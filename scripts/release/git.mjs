// What a release asks of git: that what is published is what is committed, and tags that say it is complete.

import { execFileSync } from 'node:child_process';
import { root } from '../run.mjs';

/**
 * The files that are not as they were committed.
 *
 * @param {string} [folder]
 * @returns {string[]}
 */
export function uncommitted(folder = root) {
  return git(folder, 'status', '--porcelain').split('\n').filter(Boolean);
}

/**
 * Those of some tags that exist, here or at `origin`: a checkout may have come without them.
 *
 * @param {readonly string[]} names
 * @param {string} [folder]
 * @returns {string[]}
 */
export function existingTags(names, folder = root) {
  const here = git(folder, 'tag', '--list').split('\n');
  const remote = git(folder, 'remote').split('\n').includes('origin');
  const there = remote ? git(folder, 'ls-remote', '--tags', '--refs', 'origin').split('\n') : [];
  const known = new Set([...here, ...there.map((line) => line.replace(/^.*refs\/tags\//, ''))]);
  return names.filter((name) => known.has(name));
}

/** Tags what is checked out. Plain tags need no identity, which a workflow may lack. */
export function tag(name, folder = root) {
  git(folder, 'tag', name);
}

function git(folder, ...args) {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trimEnd();
}
