// How large a package is for those who bundle it: its own code and that of @eqloss packages behind it, without its engine.

import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import type { PackageEntry } from './packages.ts';

/** Bytes of a bundle. */
export interface Size {
  readonly minified: number;
  readonly gzip: number;
}

const entry = fileURLToPath(new URL('./size-entry.ts', import.meta.url));

/** Bundles what users of a package import, for production, from the sources of this workspace. */
export async function measureSize({ name, imports }: Pick<PackageEntry, 'name' | 'imports'>): Promise<Size> {
  const built = await build({
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'error',
    resolve: { conditions: ['@eqloss/source', 'module', 'browser', 'production'] },
    plugins: [
      {
        name: 'size-entry',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? `export { ${imports.join(', ')} } from '${name}';` : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        // Engines, and nothing else, are packages of others.
        external: (id) => !/^[./\0]|^@eqloss\//.test(id) && !/^[A-Za-z]:\\/.test(id),
      },
    },
  });
  const outputs = [built].flat() as readonly Rolldown.RolldownOutput[];
  const files = outputs.flatMap(({ output }) =>
    output.map((file) => (file.type === 'chunk' ? file.code : file.source)),
  );
  if (files.length === 0) throw new Error(`nothing was bundled of ${name}`);
  return {
    minified: files.reduce((sum, file) => sum + Buffer.byteLength(file), 0),
    gzip: files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0),
  };
}
