// Runs the suite against many targets: Node targets two at a time, Chromium targets one after the other beside them.

import {
  type KnownFailure,
  type RunTargetOptions,
  runTarget,
  type SuiteFile,
  type Target,
  type TargetReport,
  Unavailable,
} from '@eqloss/conformance';
import { nodeTarget } from './node-target.ts';
import { type PageServer, servePage } from './page-server.ts';
import { pageTarget } from './page-target.ts';
import type { TargetRun } from './targets.ts';

export interface RunAllOptions extends Pick<RunTargetOptions, 'filter' | 'partial' | 'timeout' | 'fuzz'> {
  readonly knownFailures?: readonly KnownFailure[];
  /** Path of the browser, or the reason why there is none, for which the Chromium targets are then unavailable. */
  readonly browser?: { readonly path?: string; readonly reason?: string };
  readonly onStart?: (run: TargetRun) => void;
  readonly onReport?: (run: TargetRun, report: TargetReport, milliseconds: number) => void;
  /** Makes the Node targets; by default each in a process of its own. */
  readonly openNode?: (name: string, timeout: number) => Promise<Target>;
}

const NODE_AT_ONCE = 2;
// Software GPUs share the processor with everything else.
const TEST_TIMEOUT = 60_000;
const START_TIMEOUT = 120_000;
// Of a browser's start each step has that limit, and the first page is bundled before.
const STEPS = 5;

/**
 * Runs every test of the suite against every target.
 *
 * Nothing that a target does ends the run: one that cannot start is unavailable or broken, with its reason.
 *
 * @returns One report a run, in the order of `runs`.
 */
export async function runAll(
  runs: readonly TargetRun[],
  files: readonly SuiteFile[],
  options: RunAllOptions = {},
): Promise<readonly TargetReport[]> {
  const { openNode = nodeTarget, browser, filter, partial, fuzz, knownFailures, timeout = TEST_TIMEOUT } = options;
  const reports = new Map<TargetRun, TargetReport>();
  // Bundled once, on first use; what goes wrong there is every page's failure.
  let server: Promise<PageServer> | undefined;

  const openPage = async (name: string): Promise<Target> => {
    if (!browser?.path) throw new Unavailable(browser?.reason ?? 'no browser was given');
    server ??= servePage();
    const { url } = await server;
    return pageTarget(name, { browser: browser.path, url, timeout: START_TIMEOUT });
  };
  const runOne = async (run: TargetRun): Promise<void> => {
    const { name } = run.entry;
    const { runtime } = run;
    options.onStart?.(run);
    const started = performance.now();
    const open = () => (runtime === 'node' ? openNode(name, START_TIMEOUT) : openPage(name));
    const report = await runTarget(name, open, files, {
      runtime,
      filter,
      partial,
      fuzz,
      knownFailures,
      timeout,
      startTimeout: STEPS * START_TIMEOUT,
    });
    reports.set(run, report);
    options.onReport?.(run, report, performance.now() - started);
  };
  const lane = async (queue: TargetRun[]): Promise<void> => {
    for (let run = queue.shift(); run; run = queue.shift()) await runOne(run);
  };

  const pages = runs.filter(({ runtime }) => runtime === 'chromium');
  const children = runs.filter(({ runtime }) => runtime === 'node');
  try {
    await Promise.all([lane(pages), ...Array.from({ length: NODE_AT_ONCE }, () => lane(children))]);
  } finally {
    await server?.then(
      ({ close }) => close(),
      () => {},
    );
  }
  return runs.flatMap((run) => reports.get(run) ?? []);
}
