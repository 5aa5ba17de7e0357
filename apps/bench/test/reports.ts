// Reports with made-up times, for tests of what is done with them.

import type { Case } from '../src/cases.ts';
import type { Environment } from '../src/environment.ts';
import { paths } from '../src/paths.ts';
import { type Report, type Row, rowsOf, type Timing } from '../src/report.ts';

/** A machine, with whatever is said of it. */
export function makeEnvironment(more: Partial<Environment> = {}): Environment {
  return {
    date: '2026-01-02T03:04:05.678Z',
    cpu: 'A Processor With A Long Name @ 2.10GHz',
    cores: 2,
    memoryBytes: 8e9,
    os: 'linux 6.1.0 x64',
    node: '24.0.0',
    v8: '13.6.0',
    torch: '1.13.0',
    paths: {},
    packages: {},
    ...more,
  };
}

/** The case of rows and classes, a quarter foreground, scattered. */
export function makeCase(more: Partial<Case> = {}): Case {
  return { form: 'sigmoid', rows: 2, classes: 5, foreground: 0.25, tail: 'scattered', ...more };
}

/** One round after the other, in nanoseconds. */
export function makeTiming(path: string, nanoseconds: readonly number[], more: Partial<Timing> = {}): Timing {
  return { path, threads: 1, nanoseconds, distance: 0.5, ...more };
}

/** Every path of the list in every case that it can do; path k of the list takes 1.25^k times as long as `copy`. */
export function makeRows(cases: readonly Case[]): readonly Row[] {
  return cases.flatMap((of) => {
    const able = paths.filter(({ forms }) => forms.includes(of.form));
    const timings = able.map(({ path, threads }, k) => {
      const time = of.rows * of.classes * 0.08 * 1.25 ** k;
      return makeTiming(path, [time, 1.1 * time, 1.2 * time], { threads, peakBytes: 5.2e6 * (k + 1) });
    });
    return rowsOf(of, timings);
  });
}

/** A report of what is given. */
export function makeReport(more: Partial<Report> = {}): Report {
  return { environment: makeEnvironment(), rows: [], growth: [], tasks: [], notes: [], ...more };
}
