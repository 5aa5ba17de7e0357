// How large an import is for those who bundle it.

import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Bundles and minifies one import statement.
 *
 * Packages of others, engines above all, are never counted.
 *
 * @param {string} code One or more statements, `export { sigmoidEql } from '@eqloss/core'`.
 * @param {{ folder: string, conditions?: string[], counts?: RegExp }} options `folder`: whose dependencies `code` may name.
 * `conditions`: of package.json, beside those of a page in production. `counts`: packages whose code is counted; default all
 * of this workspace.
 * @returns {Promise<{ minified: number, gzip: number, exports: string[] }>} Bytes, and what is exported.
 */
export async function measureSize(code, { folder, conditions = [], counts = /^@eqloss\// }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: [...conditions, 'module', 'browser', 'production'],
    logLevel: 'error',
    plugins: [{ name: 'counted', setup: ({ onResolve }) => onResolve({ filter: /^[^.]/ }, leaveOut) }],
  });
  const [{ contents }] = outputFiles;
  const [{ exports }] = Object.values(metafile.outputs);
  return { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length, exports };

  function leaveOut({ path, kind }) {
    return kind === 'entry-point' || counts.test(path) ? undefined : { path, external: true };
  }
}
