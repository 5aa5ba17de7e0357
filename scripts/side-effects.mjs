// Whether `sideEffects: false` is true: an import that nothing is taken from leaves nothing in a bundle, and does nothing where
// it runs. On what is built: `node scripts/side-effects.mjs`, a part of `npm run check`.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { publishedPackages } from './pack.mjs';

// Nothing of a host: no process, no document, no timer. What is there cannot be changed.
const bare = `
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  for (const each of [value, value?.prototype]) if (Object(each) === each && each !== globalThis) Object.freeze(each);
}
delete globalThis.console;`;

const problems = [];
for (const { folder, name } of publishedPackages()) {
  const { publishConfig } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const [path, target] of Object.entries(publishConfig.exports)) {
    if (target.default === undefined) continue;
    const entry = posix.join(name, path);
    const kept = await bundle(join(folder, target.default), folder, {});
    if (kept !== '') problems.push(`import '${entry}' leaves in a bundle: ${kept.slice(0, 200)}`);
    const all = await bundle(join(folder, target.default), folder, { ignoreAnnotations: true, format: 'iife' });
    const context = createContext();
    runInContext(bare, context);
    const globals = Reflect.ownKeys(context).length;
    try {
      runInContext(`'use strict';${all}`, context);
      if (Reflect.ownKeys(context).length > globals) throw new Error(`it sets ${Reflect.ownKeys(context).at(-1)}`);
    } catch (error) {
      problems.push(`import '${entry}' does something: ${error.message}`);
    }
  }
}
for (const problem of problems) process.stderr.write(`side effects: ${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);

/** A bundle of `import 'FILE'`, in which every package and Node module throws when it is used. */
async function bundle(file, folder, options) {
  const { outputFiles } = await build({
    stdin: { contents: `import ${JSON.stringify(file)};`, resolveDir: folder },
    bundle: true,
    minifyWhitespace: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'error',
    define: { 'import.meta.url': '"file:///index.js"' },
    ...options,
    plugins: [{ name: 'untouched', setup }],
  });
  return outputFiles[0].text.trim();

  function setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(@|node:|[a-z])/ }, ({ path }) => ({ path, namespace: 'untouched', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'untouched' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get(_, name) { if (name !== '__esModule') throw new Error('it uses ' + String(name) + ' of ${path}'); } });`,
    }));
  }
}
