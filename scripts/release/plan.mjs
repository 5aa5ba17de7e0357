// What a release still has to do: which tarballs the registry lacks, in which order, under which tag.

import { askRegistry, compareWith } from './registry.mjs';

/**
 * @typedef {object} Candidate A packed package.
 * @property {string} name
 * @property {string} version
 * @property {string} tarball Its path.
 * @property {string} integrity
 * @property {Map<string, Buffer>} files
 * @property {Record<string, any>} manifest
 */

/**
 * Compares all packages with the registry before anything is published.
 *
 * @param {readonly Candidate[]} candidates
 * @param {string} registry
 * @returns {Promise<(Candidate & { tag: string, done: boolean })[]>} Dependencies first. `done`: the registry has it.
 * @throws {Error} when the registry has one of the versions with other content, or does not answer.
 */
export async function planRelease(candidates, registry) {
  const plan = [];
  const conflicts = [];
  for (const candidate of inOrder(candidates)) {
    const known = await askRegistry(registry, candidate.name);
    const compared = await compareWith(known, candidate);
    if (compared.state === 'other') conflicts.push({ ...candidate, differing: compared.files });
    plan.push({ ...candidate, tag: distTagOf(candidate.version, known.tags.latest), done: compared.state === 'same' });
  }
  if (conflicts.length > 0) {
    const lines = conflicts.map(({ name, version, differing }) => `  ${name}@${version}: ${shorten(differing)}`);
    throw new Error(
      `the registry has other content under ${conflicts.length === 1 ? 'this version' : 'these versions'}:\n${lines.join('\n')}\n` +
        'A published version cannot be changed. If this release broke off half-way, check out the commit that it\n' +
        'began with and publish again; for what has changed since, write a changeset and release the next version.',
    );
  }
  return plan;
}

/**
 * Sorts packages so that each comes after those that it depends on, those that most need first: whoever installs one finds
 * the others.
 *
 * @template {{ name: string, manifest: Record<string, any> }} Package
 * @param {readonly Package[]} packages
 * @returns {Package[]}
 */
export function inOrder(packages) {
  const sorted = [];
  const asked = (name) => packages.filter(({ manifest }) => needs(manifest).includes(name)).length;
  const left = [...packages].sort((a, b) => asked(b.name) - asked(a.name) || (a.name < b.name ? -1 : 1));
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const next = left.findIndex(({ manifest }) => needs(manifest).every((name) => !waiting.has(name)));
    if (next === -1) throw new Error(`${[...waiting].join(' and ')} depend on one another`);
    sorted.push(...left.splice(next, 1));
  }
  return sorted;
}

/**
 * The tag under which npm finds a version: `latest`, but for prereleases their own, as `next` for 1.0.0-next.0, and for
 * a fix of an older line `release-1.2`, so that `latest` never goes back.
 *
 * @param {string} version
 * @param {string} [latest] The version that is `latest` now.
 * @returns {string}
 */
export function distTagOf(version, latest) {
  const [release, ...prerelease] = version.split('-');
  if (prerelease.length > 0) return /^[a-z]+/i.exec(prerelease.join('-'))?.[0] ?? 'next';
  if (latest === undefined || latest.includes('-')) return 'latest';
  const order = release.localeCompare(latest, 'en', { numeric: true });
  return order >= 0 ? 'latest' : `release-${release.slice(0, release.lastIndexOf('.'))}`;
}

function needs({ dependencies = {}, peerDependencies = {}, optionalDependencies = {} }) {
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

function shorten(files) {
  const shown = files.slice(0, 3).join(', ');
  return files.length > 3
    ? `${shown} and ${files.length - 3} more files differ`
    : `${shown} differ${files.length === 1 ? 's' : ''}`;
}
