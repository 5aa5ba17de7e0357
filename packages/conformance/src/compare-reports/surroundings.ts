// What was different around two runs: vectors, specification, host, versions, engines, claims.

import type { RunRecord } from '../record.ts';
import type { Runtime, TargetReport } from '../results.ts';

/** One fact that is not the same. */
export interface EnvironmentChange {
  /** Absent when it is about the whole run. */
  readonly target?: string;
  /** Where the target ran; absent with the target. */
  readonly runtime?: Runtime;
  /** `spec`, `version`, `host.runtime`, `environment.engine`, `supports.features`, `filter`, `shard`, `unavailable`, `harness`. */
  readonly fact: string;
  /** Absent when the report does not say. */
  readonly from?: string;
  /** The same in the second report. */
  readonly to?: string;
}

/** One vector file that is not the same. */
export interface VectorChange {
  /** Its path, as the reports name it. */
  readonly file: string;
  /** Number of its tests in each report; absent where the file is. */
  readonly from?: number;
  /** The same in the second report. */
  readonly to?: number;
}

/** Facts of the runs, then of each target that both have. */
export function environmentChanges(a: RunRecord, b: RunRecord): readonly EnvironmentChange[] {
  const targets = b.reports.flatMap((report) => {
    const old = a.reports.find(({ target, runtime }) => target === report.target && runtime === report.runtime);
    if (!old) return [];
    const { target, runtime } = report;
    // Of a target that did not run, nothing else is known.
    const silent = [old, report].some(({ unavailable, harness }) => unavailable !== undefined || harness !== undefined);
    const changes = differences(factsOf(old), factsOf(report));
    const told = silent ? changes.filter(({ fact }) => fact === 'unavailable' || fact === 'harness') : changes;
    return told.map((change) => ({ target, runtime, ...change }));
  });
  return [...differences(runFacts(a), runFacts(b)), ...targets];
}

/** Files that are new, gone, or have other bytes. */
export function vectorChanges(a: RunRecord, b: RunRecord): readonly VectorChange[] {
  const before = new Map(a.vectors.map((source) => [source.file, source]));
  const after = new Map(b.vectors.map((source) => [source.file, source]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((file) => {
    const [from, to] = [before.get(file), after.get(file)];
    if (from?.sha256 === to?.sha256) return [];
    return [{ file, ...(from && { from: from.tests }), ...(to && { to: to.tests }) }];
  });
}

type Facts = ReadonlyMap<string, string>;

function differences(before: Facts, after: Facts): readonly EnvironmentChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((fact) => {
    const [from, to] = [before.get(fact), after.get(fact)];
    return from === to ? [] : [{ fact, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

function runFacts({ spec, host = {} }: RunRecord): Facts {
  return new Map([['spec', spec], ...under('host', host)]);
}

function factsOf({ environment = {}, supports, ...about }: TargetReport): Facts {
  const { version, filter, shard, unavailable, harness } = about;
  const claims = Object.entries(supports ?? {}).map(([key, words]): [string, string] => [key, words.join(', ')]);
  const single = Object.entries({ version, filter, shard, unavailable, harness });
  return new Map([
    ...single.flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, value]])),
    ...under('environment', environment),
    ...under('supports', Object.fromEntries(claims)),
  ]);
}

function under(name: string, facts: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(facts).map(([key, value]) => [`${name}.${key}`, value]);
}
