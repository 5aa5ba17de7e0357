// Packages that were packed before: what was tested is published, instead of being built again.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTarball } from '../tarball.mjs';

/**
 * The tarballs of a folder, by what they hold and whatever they are called.
 *
 * @param {string} folder
 * @param {readonly { name: string, version: string }[]} packages Those that are wanted.
 * @returns {{ name: string, tarball: string }[]}
 * @throws {Error} when one is missing, or has another version.
 */
export function packedIn(folder, packages) {
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const found = new Map(
    tarballs.map((name) => {
      const tarball = join(folder, name);
      const { manifest } = readTarball(readFileSync(tarball));
      return [manifest.name, { tarball, version: manifest.version }];
    }),
  );
  return packages.map(({ name, version }) => {
    const has = found.get(name);
    if (has?.version === version) return { name, tarball: has.tarball };
    const instead = has ? `${name}@${has.version}` : `no tarball of ${name}`;
    throw new Error(`${folder} holds ${instead}, but ${name}@${version} is to be published: pack this commit`);
  });
}
