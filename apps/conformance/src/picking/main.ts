// Writes docs/picking.json from the reports of the suite and of the bench, and docs/picking-an-adapter.md from that.
//
// With `--sizes`: measures the sizes anew, and leaves everything else as it is.
//
// Exit code: 0 written, 1 the reports are not fit for it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadVectors, readReport, writeWhole } from '@eqloss/conformance';
import { root } from '../../../../scripts/run.mjs';
import { readReport as readBenchReport } from '../../../bench/src/report.ts';
import { selectRuns } from '../targets.ts';
import { extractPicking, type Picking } from './extract.ts';
import { packages } from './packages.ts';
import { renderPicking } from './page.ts';
import { measureSize, type Size } from './sizes.ts';

const json = join(root, 'docs/picking.json');
const conformance = join(root, 'apps/conformance/report/report.ndjson');
const bench = join(root, 'apps/bench/report.json');

try {
  const sizes = new Map<string, Size>();
  for (const entry of packages) sizes.set(entry.name, await measureSize(entry));
  const picking = process.argv.includes('--sizes') ? withSizes(sizes) : await fromReports(sizes);
  writeWhole(json, `${JSON.stringify(picking, undefined, 1)}\n`);
  writeWhole(join(root, 'docs/picking-an-adapter.md'), renderPicking(picking));
  process.stderr.write('written: docs/picking.json, docs/picking-an-adapter.md\n');
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`picking: ${words}\nnpm run picking -- --measure makes both reports first\n`);
  process.exitCode = 1;
}

function withSizes(sizes: ReadonlyMap<string, Size>): Picking {
  const old: Picking = JSON.parse(readFileSync(json, 'utf8'));
  return { ...old, packages: old.packages.map((each) => ({ ...each, ...sizes.get(each.name) })) };
}

async function fromReports(sizes: ReadonlyMap<string, Size>): Promise<Picking> {
  const record = readReport(readFileSync(conformance, 'utf8'), conformance);
  const now = new Map((await loadVectors()).map(({ path, hash }) => [path.split(/[\\/]/).at(-1), hash]));
  const changed = record.vectors.filter(({ file, sha256 }) => now.get(file) !== sha256);
  if (changed.length > 0 || record.vectors.length !== now.size) {
    throw new Error(`${conformance} is about other vectors than those of now: run npm start`);
  }
  return extractPicking(record, readBenchReport(bench), sizes, selectRuns());
}
