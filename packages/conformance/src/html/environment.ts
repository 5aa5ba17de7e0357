// Where each target ran and on what, and what it claims.

import { labelOf, type TargetReport } from '../results.ts';
import { type Markup, table, text } from './markup.ts';

/** Columns of their own, at most; the rest of what targets say shares the last one. */
const COLUMNS = 7;

/** A table of environments, a row a target; and one of what they claim. */
export function environmentSection(reports: readonly TargetReport[]): Markup {
  const keys = commonKeys(reports);
  const rows = reports.map((report) => {
    const facts = new Map(factsOf(report));
    const own = keys.map((key) => text(facts.get(key) ?? '–', 120));
    const others = [...facts]
      .filter(([key]) => !keys.includes(key))
      .map(([key, value]) => `${text(key, 60)}: ${text(value, 120)}`);
    return [text(labelOf(report), 200), text(report.version ?? '–', 60), ...own, others.join('; ') || '–'];
  });
  const heads = ['target', 'version', ...keys, 'other'];
  const withOther = rows.some((cells) => cells[cells.length - 1] !== '–');
  const shown = withOther ? rows : rows.map((cells) => cells.slice(0, -1));
  return `${table('Environments', withOther ? heads : heads.slice(0, -1), shown, 'facts')}
<h3>What they claim</h3>
<p class="legend">Tests that need more are unsupported, and outputs that are not claimed are not compared.</p>
${claims(reports)}`;
}

function claims(reports: readonly TargetReport[]): Markup {
  const claimed = reports.filter(({ supports }) => supports);
  if (claimed.length === 0) return '<p>No target started.</p>';
  const keys = [...new Set(claimed.flatMap(({ supports }) => Object.keys(supports ?? {})))];
  const rows = claimed.map((report) => {
    const supports = report.supports as Readonly<Record<string, readonly string[]>> | undefined;
    return [text(labelOf(report), 200), ...keys.map((key) => text((supports?.[key] ?? []).join(', ') || 'none'))];
  });
  return table('Claims', ['target', ...keys], rows, 'prose');
}

/** Keys that most targets have in common; of a single target all. First comes what most of them have. */
function commonKeys(reports: readonly TargetReport[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const report of reports) for (const [key] of factsOf(report)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const least = reports.length > 2 ? 2 : 1;
  return [...counts]
    .filter(([key, count]) => count >= least && key.length <= 40)
    .sort(([, one], [, other]) => other - one)
    .slice(0, COLUMNS)
    .map(([key]) => key);
}

function factsOf({ environment = {} }: TargetReport): readonly (readonly [string, string])[] {
  // A page is shown to others, whom the folders of this machine do not concern.
  return Object.entries(environment).filter(([, value]) => !isPath(value));
}

function isPath(value: string): boolean {
  return /^(?:[A-Za-z]:)?[\\/]|^file:/.test(value);
}

/** What the runner itself ran on, in one line. */
export function hostWords(host: Readonly<Record<string, string>> = {}): Markup {
  return Object.values(host)
    .map((value) => text(value, 200))
    .join(', ');
}
