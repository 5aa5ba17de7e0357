// What git knows: the state that a change starts from, and files as they were then.

import { spawnSync } from 'node:child_process';

/**
 * The latest release that this state contains: tags are `@eqloss/core@1.2.3`, one for each package.
 *
 * @param {string} folder The repository.
 * @returns {string | undefined} Undefined before the first release.
 */
export function lastRelease(folder) {
  const tag = git(folder, 'describe', '--tags', '--abbrev=0', '--match', '@eqloss/*@*');
  return tag.ok ? tag.text.trim() : undefined;
}

/**
 * The commit where this state and a ref parted.
 *
 * @param {string} folder
 * @param {string} ref
 * @returns {string}
 * @throws {Error} when git does not know the ref, or the two have nothing in common here.
 */
export function baseOf(folder, ref) {
  const base = git(folder, 'merge-base', ref, 'HEAD');
  if (base.ok && base.text.trim() !== '') return base.text.trim();
  throw new Error(`git finds no common commit of HEAD and ${ref}; fetch both whole (git fetch --unshallow, --tags)`);
}

/** A file as it was in a commit; undefined when it was not there. */
export function fileAt(folder, commit, path) {
  const shown = git(folder, 'show', `${commit}:${path}`);
  return shown.ok ? shown.text : undefined;
}

/** The files that a commit has below a folder. */
export function filesAt(folder, commit, below) {
  const listed = git(folder, 'ls-tree', '-r', '-z', '--name-only', commit, '--', below);
  return listed.ok ? listed.text.split('\0').filter(Boolean) : [];
}

function git(folder, ...args) {
  const done = spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (done.error) throw new Error(`git cannot be started: ${done.error.message}`);
  return { ok: done.status === 0, text: done.stdout };
}
