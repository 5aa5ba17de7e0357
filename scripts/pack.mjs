// Builds every published package and packs it as npm would get it; once for as long as nothing changes.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
 * Builds and packs all published packages into {@link packed}, or finds that what lies there is made of what is here.
 *
 * Whoever calls it meanwhile, in this process or another, waits, and shares the tarballs.
 *
 * @returns {Promise<{ name: string, folder: string, tarball: string }[]>}
 * @throws {Error} when a build or a pack fails; its output is on standard error by then.
 */
export async function packAll() {
  const release = await lock(join(root, '.cache', 'packing.pid'));
  try {
    const packages = publishedPackages().map((each) => ({
      name: each.name,
      folder: each.folder,
      tarball: tarballOf(each),
    }));
    const stamp = join(packed, 'made-of');
    const made = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
    const there = packages.every(({ folder, tarball }) => existsSync(tarball) && existsSync(join(folder, 'dist')));
    const sources = hashOfSources();
    if (there && made === sources) return packages;
    await makeTarballs();
    writeFileSync(stamp, sources);
    return packages;
  } finally {
    release();
  }
}

/** Where the tarball of a package lies. */
export function tarballOf({ name, version }) {
  return join(packed, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

async function makeTarballs() {
  // What was built from sources that are gone would be packed too.
  for (const { folder } of publishedPackages()) rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const args = ['run', 'build', '--output-logs=errors-only'];
  if ((await run('turbo', args, { quiet: true })) !== 0) throw new Error(`turbo ${args.join(' ')} failed`);
  // Beside, and put in place when all are whole.
  const fresh = `${packed}-new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const code = await runPnpm(['-r', '--filter', './packages/*', 'pack', '--pack-destination', fresh], { quiet: true });
  if (code !== 0) throw new Error('pnpm pack failed');
  rmSync(packed, { recursive: true, force: true });
  renameSync(fresh, packed);
}

/** Of everything that a tarball may be made of: names and contents. */
function hashOfSources() {
  const hash = createHash('sha256');
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsconfig.build.json', 'turbo.json'];
  const made = new Set(['node_modules', 'dist', '.turbo', '__pycache__']);
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (made.has(entry.name)) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (!/\.test\.ts$/.test(entry.name)) files.push(path);
    }
  };
  walk('packages');
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/** Waits for a file that only one can make; one whose process is gone is no lock. */
async function lock(file) {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    await setTimeout(100);
    if (isGone(file)) rmSync(file, { force: true });
  }
}

function isGone(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Made a moment ago, or cut off by the end of its process.
    if (!(pid > 0)) return Date.now() - statSync(file).mtimeMs > 10_000;
    process.kill(pid, 0); // only asks
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
