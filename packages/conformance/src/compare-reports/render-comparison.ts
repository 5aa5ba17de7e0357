// A comparison for people at a terminal. Symbols and words say everything; colour only repeats it.

import { styleText } from 'node:util';
import { ratioWords } from '../ratios.ts';
import { labelOf } from '../results.ts';
import { wrap } from '../terminal-text.ts';
import {
  DRIFT,
  type RatioDrift,
  type ReportComparison,
  type TargetChange,
  type TestChange,
} from './compare-reports.ts';
import type { EnvironmentChange, VectorChange } from './surroundings.ts';

/** How the terminal shows a comparison. */
export interface ComparisonOptions {
  /** Default false. */
  readonly color?: boolean;
  /** Width to fit, at least 60; default 80. */
  readonly columns?: number;
  /** How many lines of one kind are shown for one target; default 8. The JSON has all. */
  readonly most?: number;
}

/** What is worse, better, new, gone and different, and last the verdict. */
export function renderComparison(comparison: ReportComparison, options: ComparisonOptions = {}): string {
  const { color = false, columns = 80, most = 8 } = options;
  const { regressions, fixes, changes, newTests, removedTests } = comparison;
  const paint = (style: 'red' | 'green', text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const tests = (title: string, list: readonly TestChange[], style?: 'red' | 'green') => {
    return testLines(title, list, columns, most, (text) => (style ? paint(style, text) : text));
  };
  const blocks = [
    tests('✗ worse', regressions, 'red'),
    tests('✓ better', fixes, 'green'),
    tests('– neither better nor worse', changes),
    idLines('+ new tests', newTests, columns, most),
    idLines('- tests that are gone', removedTests, columns, most),
    targetLines('+ new targets', comparison.newTargets, columns),
    targetLines('- targets that are gone: nothing is said about them', comparison.removedTargets, columns),
    driftLines(comparison.drifts, columns, most),
    environmentLines(comparison.environments, columns, most),
    vectorLines(comparison.vectors, columns),
    [paint(comparison.passed ? 'green' : 'red', verdictWords(comparison))],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdictWords({ common, regressions, fixes, changes, drifts }: ReportComparison): string {
  if (regressions.length > 0)
    return `✗ WORSE  ${count(regressions.length, 'regression')}, ${count(fixes.length, 'fix')}`;
  if (common === 0) return '✗ NOTHING TO COMPARE  the reports have no test of a target in common';
  const rest = [count(fixes.length, 'fix'), count(changes.length, 'other change'), count(drifts.length, 'drift')];
  return `✓ NO REGRESSION  among ${count(common, 'common test')}; ${rest.join(', ')}`;
}

function statusWords({ from, to, fromRatio, toRatio, reason }: TestChange): string {
  const ratios =
    fromRatio !== undefined && toRatio !== undefined ? `, ratio ${ratioWords(fromRatio)} → ${ratioWords(toRatio)}` : '';
  const why = to === 'pass' || reason === undefined ? '' : `: ${shortened(reason)}`;
  return `${from === undefined ? 'new' : words(from)} → ${words(to)}${ratios}${why}`;
}

/** Lists of tests by target. What many tests of a target share, as when it is unavailable, is said once. */
function testLines(
  title: string,
  changes: readonly TestChange[],
  columns: number,
  most: number,
  paint: (text: string) => string,
): string[] {
  if (changes.length === 0) return [];
  const lines = [...byLabel(changes)].flatMap(([label, own]) => {
    const groups = new Map<string, TestChange[]>();
    for (const change of own) {
      const key = JSON.stringify([change.from, change.to, change.reason]);
      groups.set(key, [...(groups.get(key) ?? []), change]);
    }
    const alike = [...groups.values()].filter((group) => group.length > most);
    const single = own.filter((change) => !alike.some((group) => group.includes(change)));
    const told = [
      ...alike.map(
        (group) => `${group.length} tests (${group[0].id}, …): ${statusWords({ ...group[0], fromRatio: undefined })}`,
      ),
      ...single.slice(0, most).map((change) => `${change.id}: ${statusWords(change)}`),
    ];
    const rest = single.length > most ? [`    … and ${single.length - most} more`] : [];
    return [
      ...wrap(`${label}: ${own.length}`, columns, '  '),
      ...told.flatMap((line) => wrap(line, columns, '    ', '      ')),
      ...rest,
    ];
  });
  return [paint(`${title}: ${changes.length}`), ...lines];
}

/** Names of tests by target. */
function idLines(title: string, changes: readonly TestChange[], columns: number, most: number): string[] {
  if (changes.length === 0) return [];
  const lines = [...byLabel(changes)].flatMap(([label, own]) => {
    const ids = own.slice(0, most).map(({ id }) => id);
    if (own.length > most) ids.push(`… and ${own.length - most} more`);
    return wrap(`${label}: ${ids.join(', ')}`, columns, '  ', '    ');
  });
  return [`${title}: ${changes.length}`, ...lines];
}

function byLabel(changes: readonly TestChange[]): ReadonlyMap<string, readonly TestChange[]> {
  const targets = new Map<string, TestChange[]>();
  for (const change of changes) targets.set(labelOf(change), [...(targets.get(labelOf(change)) ?? []), change]);
  return targets;
}

function targetLines(title: string, targets: readonly TargetChange[], columns: number): string[] {
  if (targets.length === 0) return [];
  const names = targets.map((target) => `${labelOf(target)} (${target.tests})`).join(', ');
  return [title, ...wrap(names, columns, '  ')];
}

function driftLines(drifts: readonly RatioDrift[], columns: number, most: number): string[] {
  if (drifts.length === 0) return [];
  // Over all tests first: a clause only repeats them in detail.
  const whole = drifts.filter(({ clause }) => clause === undefined);
  const parts = drifts.filter(({ clause }) => clause !== undefined);
  const line = (drift: RatioDrift) => {
    const { clause, from, to } = drift;
    return `${labelOf(drift)}${clause ? `, ${clause}` : ''}: ${ratioWords(from)} → ${ratioWords(to)}`;
  };
  const shown = [...whole, ...parts].slice(0, 2 * most).flatMap((drift) => wrap(line(drift), columns, '  ', '    '));
  const rest = drifts.length > 2 * most ? [`  … and ${drifts.length - 2 * most} more`] : [];
  return [
    `~ worst ratio of passed tests, more than ${DRIFT} times as large or small: ${drifts.length}`,
    ...shown,
    ...rest,
  ];
}

function environmentLines(changes: readonly EnvironmentChange[], columns: number, most: number): string[] {
  if (changes.length === 0) return [];
  const facts = new Map<string, string[]>();
  for (const { target, runtime, fact, from, to } of changes) {
    const what = `${fact}: ${shortened(from ?? 'not told')} → ${shortened(to ?? 'not told')}`;
    const label = target === undefined ? 'the run' : labelOf({ target, runtime: runtime ?? 'node' });
    facts.set(what, [...(facts.get(what) ?? []), label]);
  }
  // What targets have in common, as a new version, is said once.
  const lines = [...facts].map(([what, labels]) => `${what} (${labels.join(', ')})`);
  const shown = lines.slice(0, 2 * most).flatMap((line) => wrap(line, columns, '  ', '    '));
  const rest = lines.length > 2 * most ? [`  … and ${lines.length - 2 * most} more`] : [];
  return ['~ environment', ...shown, ...rest];
}

function vectorLines(changes: readonly VectorChange[], columns: number): string[] {
  if (changes.length === 0) return [];
  const tests = (number: number | undefined) => (number === undefined ? 'none' : String(number));
  const lines = changes.flatMap(({ file, from, to }) =>
    wrap(`${file}: ${tests(from)} → ${tests(to)} tests`, columns, '  '),
  );
  return ['~ vector files with other bytes', ...lines];
}

function words(status: string | undefined): string {
  return (status ?? 'none').replace('-', ' ');
}

function shortened(text: string): string {
  const line = text.split(/\s*\n\s*/).join(' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function count(number: number, noun: string): string {
  const plural = noun.endsWith('x') ? `${noun}es` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}
