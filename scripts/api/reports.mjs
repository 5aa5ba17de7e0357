// Writes what every published package exports, from the declarations that are built, as reports to commit. With
// `--check`: compares them. `npm run api` builds first.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { publishedPackages } from '../pack.mjs';
import { root } from '../run.mjs';
import { entryPoints, reportFolder } from './entries.mjs';
import { extract, forgottenEverywhere } from './extract.mjs';
import { lineDiff } from './line-diff.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
mkdirSync(join(root, '.cache'), { recursive: true });
const extracted = entryPoints().map((entry) => ({ ...entry, ...extract(entry) }));
const problems = [...extracted.flatMap((entry) => entry.problems), ...forgottenEverywhere(extracted)];
for (const problem of problems) say(problem);
if (problems.length > 0) process.exit(1);

const outdated = extracted.filter(({ report, text }) => !existsSync(report) || readFileSync(report, 'utf8') !== text);
const stray = strayReports();
if (values.check) {
  for (const { report, text, specifier } of outdated) {
    const before = existsSync(report) ? readFileSync(report, 'utf8') : '';
    say(`${shown(report)} is not what ${specifier} exports now:`);
    process.stderr.write(`${lineDiff(before, text)}\n`);
  }
  for (const report of stray) say(`${shown(report)} is about no entry point`);
  if (outdated.length + stray.length > 0) {
    say('run `npm run api`, look at what changed, and commit it with a changeset');
    process.exit(1);
  }
} else {
  for (const { report, text } of outdated) {
    mkdirSync(dirname(report), { recursive: true });
    writeFileSync(`${report}.new`, text);
    renameSync(`${report}.new`, report);
    say(`wrote ${shown(report)}`);
  }
  for (const report of stray) {
    rmSync(report);
    say(`removed ${shown(report)}`);
  }
  if (outdated.length + stray.length === 0) say(`${extracted.length} reports are as they should be`);
}

/** Reports of entry points that are gone. */
function strayReports() {
  const wanted = new Set(extracted.map(({ report }) => report));
  return publishedPackages()
    .map(({ folder }) => join(folder, reportFolder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => !wanted.has(path));
}

function shown(path) {
  return relative(root, path).replaceAll('\\', '/');
}

function say(line) {
  process.stderr.write(`api: ${line}\n`);
}
