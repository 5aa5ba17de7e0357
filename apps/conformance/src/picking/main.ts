// Writes docs/picking.json from the reports of the suite and of the bench, and docs/picking-an-adapter.md from that.
//
// Exit code: 0 written, 1 the reports are not fit for it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadVectors, readReport, writeWhole } from '@eqloss/conformance';
import { root } from '../../../../scripts/run.mjs';
import { readReport as readBenchReport } from '../../../bench/src/report.ts';
import { selectRuns } from '../targets.ts';
import { extractPicking } from './extract.ts';
import { packages } from './packages.ts';
import { renderPicking } from './page.ts';
import { measureSize } from './sizes.ts';

const conformance = join(root, 'apps/conformance/report/report.ndjson');
const bench = join(root, 'apps/bench/report.json');

try {
  const record = readReport(readFileSync(conformance, 'utf8'), conformance);
  const now = new Map((await loadVectors()).map(({ path, hash }) => [path.split(/[\\/]/).at(-1), hash]));
  const changed = record.vectors.filter(({ file, sha256 }) => now.get(file) !== sha256);
  if (changed.length > 0 || record.vectors.length !== now.size) {
    throw new Error(`${conformance} is about other vectors than those of now: run npm start`);
  }
  const sizes = new Map<string, Awaited<ReturnType<typeof measureSize>>>();
  for (const entry of packages) sizes.set(entry.name, await measureSize(entry));
  const picking = extractPicking(record, readBenchReport(bench), sizes, selectRuns());
  writeWhole(join(root, 'docs/picking.json'), `${JSON.stringify(picking, undefined, 1)}\n`);
  writeWhole(join(root, 'docs/picking-an-adapter.md'), renderPicking(picking));
  process.stderr.write('written: docs/picking.json, docs/picking-an-adapter.md\n');
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`picking: ${words}\nnpm run picking -- --measure makes both reports first\n`);
  process.exitCode = 1;
}
