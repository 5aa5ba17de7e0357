// `npm run release:version`: turns the changesets into versions and changelogs, ready to be read and committed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../pack.mjs';
import { run } from '../run.mjs';
import { setup } from '../setup.mjs';
import { hasOwnChange, readableChangelog } from './changelog.mjs';

await setup();
const before = publishedPackages();
// More arguments are those of `changeset version`, as `--snapshot canary`.
if ((await run('changeset', ['version', ...process.argv.slice(2)], { quiet: true })) !== 0) {
  fail('no version changed: what changesets says stands above; `npx changeset` writes a changeset');
}
const after = publishedPackages();
if (after.every(({ version }, index) => version === before[index].version)) {
  fail('no version changed: .changeset holds no changeset of a published package; `npx changeset` writes one');
}

const changelogs = after
  .map(({ name, folder }) => ({ name, path: join(folder, 'CHANGELOG.md') }))
  .filter(({ path }) => existsSync(path))
  .map((each) => ({ ...each, text: readFileSync(each.path, 'utf8') }));
const changed = changelogs.filter(({ text }) => hasOwnChange(text)).map(({ name }) => name);
for (const { path, text } of changelogs) writeFileSync(path, readableChangelog(text, changed));

for (const [index, { name, version }] of after.entries()) {
  const own = changed.includes(name) ? '' : '  (no change of its own)';
  console.log(`${name}  ${before[index].version} → ${version}${own}`);
}
console.log('next: read the changelogs, commit, and `npm run release:publish`');

function fail(reason) {
  process.stderr.write(`release: ${reason}\n`);
  process.exit(1);
}
