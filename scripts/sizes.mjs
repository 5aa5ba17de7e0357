// Holds every named import of the packages to its budget, and the sizes in the READMEs to the truth. On what is built:
// `node scripts/sizes.mjs`, a part of `npm run check`. `node scripts/sizes.mjs --write` writes the tables of the READMEs.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureSize } from './measure-size.mjs';
import { root } from './run.mjs';

/** How far a README may be off, in bytes: as far as its rounding, and a little for another version of the bundler. */
const TOLERANCE = 100;

/** Named in the tables; what lies behind them is counted in columns of its own. */
const titles = { '@eqloss/core': 'with @eqloss/core', '@eqloss/wasm': 'with @eqloss/wasm too' };

const budgets = JSON.parse(readFileSync(join(root, 'scripts', 'sizes.json'), 'utf8'));
const problems = [];
const mend = 'make it smaller, or give it a larger one in scripts/sizes.json, with the reason';
for (const [folder, { budget, larger = {}, told }] of Object.entries(budgets.packages)) {
  const sizes = await sizesOf(folder);
  for (const [name, { bytes, reason }] of Object.entries(larger)) {
    const own = sizes.get(name)?.[0];
    if (own === undefined) problems.push(`${folder} exports no ${name}; take it out of scripts/sizes.json`);
    else if (own <= budget) problems.push(`${folder}: ${name} is ${own} bytes and needs no budget of its own any more`);
    else if (!reason) problems.push(`${folder}: the budget of ${name}, ${bytes} bytes, has no reason`);
  }
  for (const [name, [own]] of sizes) {
    const most = larger[name]?.bytes ?? budget;
    if (own > most) problems.push(`${folder}: ${name} is ${own} bytes; its budget is ${most}: ${mend}`);
  }
  tell(folder, { told, budgetOf: (name) => larger[name]?.bytes ?? budget }, sizes);
}
for (const problem of problems) process.stderr.write(`sizes: ${problem}\n`);
if (problems.length > 0) process.exit(1);

/** Of every named import: own code, then with each @eqloss package that it depends on. */
async function sizesOf(folder) {
  const path = join(root, 'packages', folder);
  const { name, dependencies = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const counted = [name];
  const columns = [name, ...Object.keys(titles).filter((each) => each in dependencies)].map((each) => {
    if (each !== name) counted.push(each);
    return { folder: path, counts: new RegExp(`^(${counted.join('|')})(/|$)`) };
  });
  const { exports } = await measureSize(`export * from '${name}';`, columns[0]);
  const sizes = new Map();
  for (const each of exports) {
    const measured = columns.map((column) => measureSize(`export { ${each} } from '${name}';`, column));
    sizes.set(
      each,
      (await Promise.all(measured)).map(({ gzip }) => gzip),
    );
  }
  return sizes;
}

/** Compares the table in a README with what was measured, or writes it. */
function tell(folder, { told, budgetOf }, sizes) {
  const path = join(root, 'packages', folder, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [table] = /(?<=^## Size\n[\s\S]*?\n\n)(?:\|.*\n)+/m.exec(text) ?? [];
  if (table === undefined) return problems.push(`packages/${folder}/README.md has no table below "## Size"`);
  const others = [...sizes].filter(([name]) => !told.includes(name)).map(([, bytes]) => bytes);
  const largest = others[0]?.map((_, k) => Math.max(...others.map((bytes) => bytes[k])));
  const rows = told.map((name) => [`\`${name}\``, '', sizes.get(name), budgetOf(name)]);
  if (largest !== undefined) rows.push(['any other', 'at most ', largest, budgetOf('')]);
  const wanted = tableOf(rows);
  if (process.argv.includes('--write'))
    return writeFileSync(
      path,
      text.replace(table, () => wanted),
    );
  if (!isClose(table, wanted)) {
    const write = 'node_modules/.bin/node scripts/sizes.mjs --write, after `npm run check` has built, mends it';
    problems.push(`packages/${folder}/README.md tells other sizes than there are; ${write}:\n${wanted}`);
  }
}

function tableOf(rows) {
  const [[, , { length }]] = rows;
  const columns = length === 1 ? ['size'] : ['own code', ...Object.values(titles)].slice(0, length);
  const lines = rows.map(([name, most, bytes, budget]) => [
    name,
    ...bytes.map((each) => most + kilobytes(each)),
    kilobytes(budget),
  ]);
  const head = ['import', ...columns, length === 1 ? 'budget' : 'budget of own code'];
  return [head, head.map(() => '---'), ...lines].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Whether two tables say the same, and numbers that differ by no more than {@link TOLERANCE}. */
function isClose(table, wanted) {
  const number = /\d+\.\d(?= KB)/g;
  const [a, b] = [table, wanted].map((each) => (each.match(number) ?? []).map((kb) => Math.round(kb * 1000)));
  return (
    table.replace(number, '') === wanted.replace(number, '') && a.every((each, k) => Math.abs(each - b[k]) <= TOLERANCE)
  );
}

/** 1 KB is 1000 bytes. */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
