// Builds every published package and packs it as npm would get it.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { runPnpm } from './setup.mjs';

/** Where the tarballs lie. */
const packed = join(root, '.cache', 'packed');

/** The published packages: folder and name. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({
      folder: join(root, 'packages', folder),
      manifest: JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ folder, name: manifest.name, version: manifest.version }));
}

/**
 * Builds and packs all published packages into {@link packed}.
 *
 * @returns {Promise<{ name: string, folder: string, tarball: string }[]>}
 * @throws {Error} when a build or a pack fails; its output is on standard error by then.
 */
export async function packAll() {
  // What was built from sources that are gone would be packed too.
  for (const { folder } of publishedPackages()) rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const steps = [['turbo', ['run', 'build', '--output-logs=errors-only']]];
  for (const [command, args] of steps) {
    if ((await run(command, args, { quiet: true })) !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  }
  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed, { recursive: true });
  const code = await runPnpm(['-r', '--filter', './packages/*', 'pack', '--pack-destination', packed], { quiet: true });
  if (code !== 0) throw new Error('pnpm pack failed');
  return publishedPackages().map((each) => ({ name: each.name, folder: each.folder, tarball: tarballOf(each) }));
}

/** Where the tarball of a package lies. */
export function tarballOf({ name, version }) {
  return join(packed, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}
