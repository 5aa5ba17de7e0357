// How large a package is for those who bundle it: its own code and that of @eqloss packages behind it, without its engine.

import { fileURLToPath } from 'node:url';
import { measureSize as measureImport } from '../../../../scripts/measure-size.mjs';
import type { PackageEntry } from './packages.ts';

/** Bytes of a bundle. */
export interface Size {
  readonly minified: number;
  readonly gzip: number;
}

/** Bundles what users of a package import, for production, from the sources of this workspace. */
export async function measureSize({ name, imports }: Pick<PackageEntry, 'name' | 'imports'>): Promise<Size> {
  const { minified, gzip } = await measureImport(`export { ${imports.join(', ')} } from '${name}';`, {
    folder: fileURLToPath(new URL('../..', import.meta.url)),
    conditions: ['@eqloss/source'],
  });
  return { minified, gzip };
}
