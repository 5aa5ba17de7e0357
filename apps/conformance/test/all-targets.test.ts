// Every adapter on every backend passes every vector, and batches that no vector has: the same machinery as `npm start`, one test for each target and
// runtime.

import { readFileSync } from 'node:fs';
import {
  checkKnownFailures,
  countStatuses,
  DEFAULT_DRAW,
  isFailure,
  labelOf,
  loadVectors,
  type TargetReport,
} from '@eqloss/conformance';
import { beforeAll, describe, expect, test } from 'vitest';
import { lookForBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { vulkanEnvironment } from '../../../scripts/vulkan.mjs';
import { runAll } from '../src/run-all.ts';
import { selectRuns } from '../src/targets.ts';
import { verdictOf } from '../src/verdict.ts';

const runs = selectRuns();
const known = new URL('../src/known-failures.json', import.meta.url);
const browser = lookForBrowser();
const vulkan = vulkanEnvironment();
let reports: readonly TargetReport[];

beforeAll(async () => {
  const knownFailures = checkKnownFailures(JSON.parse(readFileSync(known, 'utf8')));
  reports = await runAll(runs, await loadVectors(), { knownFailures, browser, fuzz: DEFAULT_DRAW });
}, 1_200_000);

describe('every vector on', () => {
  const names = runs.map(({ entry, runtime }) => labelOf({ target: entry.name, runtime }));

  test.for(names)('%s', (name, { skip }) => {
    const report = reports[names.indexOf(name)];
    expect(labelOf(report)).toBe(name);
    if (report.unavailable !== undefined) {
      // Only what this machine has no browser or no Vulkan driver for, and nothing in continuous integration.
      const excuse = report.runtime === 'chromium' ? browser.reason : name.includes('-webgpu') && vulkan.reason;
      const lacking = verdictOf([report], { strict: isContinuousIntegration() || !excuse });
      expect(lacking.filter((reason) => reason.includes('required'))).toEqual([]);
      expect(report.unavailable).toContain(excuse);
      return skip(report.unavailable);
    }
    expect(report.harness).toBeUndefined();
    const failures = report.results.filter(isFailure);
    expect(failures.map(({ id, status, reason }) => `${id}: ${status}, ${reason}`)).toEqual([]);
    expect(countStatuses(report.results).pass).toBeGreaterThanOrEqual(200);
    const unexplained = report.results.filter(({ status, reason }) => status !== 'pass' && !reason);
    expect(unexplained).toEqual([]);
  });
});
