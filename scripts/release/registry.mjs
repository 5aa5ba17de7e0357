// What a registry has of a package.

import { differingFiles, readTarball } from '../tarball.mjs';

const PATIENCE = 60_000;

/**
 * Asks a registry, past its caches, what it has of a package.
 *
 * @param {string} registry
 * @param {string} name
 * @returns {Promise<{ versions: Record<string, { dist: { integrity?: string, tarball: string } }>, tags: Record<string, string> }>}
 *   Nothing of a package that was never published.
 * @throws {Error} when there is no answer, or one that says neither.
 */
export async function askRegistry(registry, name) {
  const url = new URL(name.replace('/', '%2f'), registry.endsWith('/') ? registry : `${registry}/`);
  const answer = await get(url, { accept: 'application/json', 'cache-control': 'no-cache' });
  if (answer.status === 404) return { versions: {}, tags: {} };
  if (!answer.ok) throw new Error(`${registry} answers ${answer.status} when asked for ${name}`);
  const { versions = {}, 'dist-tags': tags = {} } = await answer.json();
  return { versions, tags };
}

/**
 * How a tarball compares to what the registry has under its name and version.
 *
 * @param {{ versions: Record<string, any> }} known From {@link askRegistry}.
 * @param {{ version: string, integrity: string, files: Map<string, Buffer> }} mine
 * @returns {Promise<{ state: 'missing' | 'same' } | { state: 'other', files: string[] }>} `files`: where they differ.
 */
export async function compareWith(known, { version, integrity, files }) {
  const published = known.versions[version];
  if (published === undefined) return { state: 'missing' };
  if (published.dist.integrity === integrity) return { state: 'same' };
  const answer = await get(new URL(published.dist.tarball));
  if (!answer.ok) throw new Error(`${published.dist.tarball} cannot be read: ${answer.status}`);
  const theirs = readTarball(Buffer.from(await answer.arrayBuffer()));
  const differing = differingFiles(files, theirs.files);
  return differing.length === 0 ? { state: 'same' } : { state: 'other', files: differing };
}

async function get(url, headers = {}) {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    throw new Error(`${url.origin} does not answer: ${error.cause?.message ?? error.message}`);
  }
}
