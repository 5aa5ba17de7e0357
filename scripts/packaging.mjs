// Audits what npm would get, from the tarballs that pack.mjs made: `node scripts/packaging.mjs`, a part of `npm run check`.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { deadLinks } from './links.mjs';
import { publishedPackages, tarballOf } from './pack.mjs';
import { root } from './run.mjs';
import { readTarball } from './tarball.mjs';

/** Shipped although nothing leads there, and why. */
const unreached = [
  {
    name: '@eqloss/wasm',
    file: /^assembly\/\w+\.ts$/,
    why: 'the source of what src/bytes.ts holds, for who wants to read or audit it',
  },
];

/** What a package is found by. */
const keywords = [
  'equalization-loss',
  'long-tail',
  'class-imbalance',
  'imbalanced-data',
  'loss-function',
  'machine-learning',
];

/** A string in code or Markdown that names a file beside it: an import, a URL, the begin of a template. */
const mentions = [/['"`](\.{1,2}\/[^'"`$\s]*)/g, /\]\(([\w./-]+)\)/g];

const packs = publishedPackages().map((each) => {
  const { files, manifest } = readTarball(readFileSync(tarballOf(each)));
  return { ...each, files, manifest };
});
const problems = packs.flatMap((pack) =>
  [
    ...manifestProblems(pack),
    ...mapProblems(pack),
    ...reachProblems(pack),
    ...deadLinks(pack, (name) => packs.find((other) => other.name === name)?.files),
  ].map((problem) => `${pack.name}: ${problem}`),
);
for (const problem of problems) process.stderr.write(`packaging: ${problem}\n`);
if (problems.length > 0) process.exit(1);
process.stderr.write(`packaging: ${packs.length} tarballs hold what they should, and nothing else\n`);

/** What the registry shows and installs by. */
function manifestProblems({ folder, files, manifest }) {
  const directory = `packages/${posix.basename(folder.replaceAll('\\', '/'))}`;
  const wanted = {
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    homepage: `https://github.com/eqloss/eqloss/tree/main/${directory}#readme`,
    bugs: { url: 'https://github.com/eqloss/eqloss/issues' },
    repository: { type: 'git', url: 'git+https://github.com/eqloss/eqloss.git', directory },
    engines: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines,
  };
  const found = Object.entries(wanted)
    .filter(([key, value]) => JSON.stringify(manifest[key]) !== JSON.stringify(value))
    .map(([key, value]) => `${key} is ${JSON.stringify(manifest[key])}; wanted ${JSON.stringify(value)}`);
  const missing = keywords.filter((word) => !manifest.keywords?.includes(word));
  if (missing.length > 0) found.push(`the keywords lack ${missing.join(', ')}`);
  for (const name of ['README.md', 'LICENSE']) if (!files.has(name)) found.push(`${name} is not in the tarball`);
  if (!files.get('LICENSE')?.equals(readFileSync(join(root, 'LICENSE'))))
    found.push('LICENSE is not that of the repository');
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts?.[script] !== undefined) found.push(`it runs a script at ${script}`);
  }
  // In the workspace sources stand before what is built from them; what has sources alone is for its tests.
  const here = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).exports;
  const paths = Object.keys(here).filter((path) => typeof here[path] === 'string' || here[path].default !== undefined);
  for (const path of new Set([...paths, ...Object.keys(manifest.exports)])) {
    const { '@eqloss/source': _, ...target } = Object(here[path]);
    const wanted = typeof here[path] === 'string' ? here[path] : { types: target.types, default: target.default };
    if (JSON.stringify(manifest.exports[path]) !== JSON.stringify(wanted)) {
      found.push(`export ${path} is ${JSON.stringify(manifest.exports[path])}; wanted ${JSON.stringify(wanted)}`);
    }
  }
  return found;
}

/** Go-to-definition and stack traces land in the TypeScript of the tarball. */
function mapProblems({ files }) {
  const found = [];
  for (const [name, bytes] of files) {
    if (!/^dist\/.*\.[jt]s$/.test(name)) continue;
    const [, map] = /^\/\/# sourceMappingURL=(.*)$/m.exec(bytes.toString('utf8')) ?? [];
    const place = map === undefined ? undefined : beside(name, map);
    if (place === undefined || !files.has(place)) {
      found.push(`${name} has no source map in the tarball`);
      continue;
    }
    const { sources, sourceRoot = '' } = JSON.parse(files.get(place).toString('utf8'));
    for (const source of sources) {
      if (!files.has(beside(place, sourceRoot + source)))
        found.push(`${place} leads to ${source}, which is not in the tarball`);
    }
  }
  return found;
}

/** Files that no export, bin or README leads to, and exports that lead to no file. */
function reachProblems({ name, files, manifest }) {
  const found = [];
  const reached = new Set(
    ['package.json', 'LICENSE', 'NOTICE', 'CHANGELOG.md', 'README.md'].filter((each) => files.has(each)),
  );
  const reach = (path) => {
    const folder = path.replace(/\*?$/, '');
    const all = files.has(path)
      ? [path]
      : [...files.keys()].filter((each) => /[/*]$/.test(path) && each.startsWith(folder));
    for (const each of all) reached.add(each);
    return all.length > 0;
  };
  const entries = Object.entries({ ...manifest.exports, ...manifest.bin });
  for (const [entry, target] of entries) {
    for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
      if (!reach(posix.normalize(path))) found.push(`${entry} leads to ${path}, which is not in the tarball`);
    }
  }
  // A set gives what is added to it while it is gone through.
  for (const path of reached) for (const next of nextOf(path, files)) reach(next);
  for (const path of files.keys()) {
    const isAllowed = unreached.some((each) => each.name === name && each.file.test(path));
    if (!reached.has(path) && !isAllowed) found.push(`nothing leads to ${path}; do not ship it`);
  }
  return found;
}

/** What a file leads to, shipped or not. */
function nextOf(path, files) {
  const text = files.get(path).toString('utf8');
  if (path.endsWith('.map')) return JSON.parse(text).sources.map((source) => beside(path, source));
  if (!/\.(js|ts|md)$/.test(path) || path.startsWith('src/')) return [];
  const named = mentions
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .flatMap(([, mention]) => [beside(path, mention), `${beside(path, mention)}/`]);
  if (!path.startsWith('dist/')) return named;
  // A module and its declarations are one: some declare types alone, some are of no public type.
  const [stem, declares] = [path.replace(/(\.d)?\.[jt]s$/, ''), path.endsWith('.d.ts')];
  const imports = declares ? named.map((each) => each.replace(/\.[jt]s$/, '.d.ts')) : named;
  return [...imports, `${path}.map`, `${stem}.js`, `${stem}.d.ts`];
}

function beside(path, mention) {
  return posix.join(posix.dirname(path), mention);
}
