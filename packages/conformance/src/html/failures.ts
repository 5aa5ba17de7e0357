// What failed: by target, first what the failed tests have in common, then each with its worst elements.

import type { WorstElement } from '../compare.ts';
import { countStatuses, isFailure, labelOf, SEEN, type TargetReport, type TestResult } from '../results.ts';
import { symptomsOf, symptomWords } from '../symptoms.ts';
import { details, link, list, type Markup, nameOf, table, text } from './markup.ts';

/** Failures of one target that are shown whole. A target that fails everything would make the page unusable. */
const WHOLE = 40;

/** The failures of all targets; of one target alone they lie open. */
export function failureSection(reports: readonly TargetReport[]): Markup {
  const failing = reports.filter(({ results }) => results.some(isFailure));
  if (failing.length === 0) return '<p>None.</p>';
  return failing.map((report) => failuresOf(report, failing.length === 1)).join('\n');
}

/** Known failures by target and reason, with the document behind each. */
export function knownSection(reports: readonly TargetReport[]): Markup {
  const rows = reports.flatMap((report) => {
    const known = report.results.filter(({ status }) => status === 'known-failure');
    // What was seen differs from test to test; reason, clause and link do not.
    const groups = new Map<string, TestResult[]>();
    for (const result of known) {
      const key = JSON.stringify([result.reason?.split(SEEN)[0], result.link]);
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
    return [...groups.values()].map((results) => {
      const [{ reason = '', link: address = '' }] = results;
      const seen = results.map(
        ({ id, reason: words = '' }) => `${text(id)}: ${text(words.split(SEEN).slice(1).join(SEEN))}`,
      );
      const tests = `${results.length} test${results.length === 1 ? '' : 's'}`;
      return [text(labelOf(report), 200), text(reason.split(SEEN)[0]), link(address), details(tests, list(seen))];
    });
  });
  return rows.length === 0
    ? '<p>None.</p>'
    : table('Known failures', ['target', 'reason (clause)', 'documented at', 'tests'], rows, 'prose');
}

function failuresOf(report: TargetReport, open: boolean): Markup {
  const failed = report.results.filter(isFailure);
  const symptoms = symptomsOf(report).map((symptom) => text(symptomWords(symptom)));
  const common = symptoms.length === 0 ? '' : `<p>By flag of the failed tests:</p>${list(symptoms)}`;
  const shown = failed.slice(0, WHOLE).map((result) => failure(report, result));
  const rest = failed.slice(WHOLE).map(({ id }) => text(id));
  const more =
    rest.length === 0
      ? ''
      : details(`… and ${rest.length} more, whole in the NDJSON report`, `<p class="ids">${rest.join(', ')}</p>`);
  return details(
    `<span class="fail">✗</span> <strong>${nameOf(report)}</strong> ${text(countsOf(failed))}`,
    [common, ...shown, more].join('\n'),
    open,
  );
}

/** `3 fail, 1 unexpected pass`. */
function countsOf(failed: readonly TestResult[]): string {
  return Object.entries(countStatuses(failed))
    .map(([status, count]) => `${count} ${status.replace('-', ' ')}`)
    .join(', ');
}

function failure(report: TargetReport, result: TestResult): Markup {
  const { id, status, form, dtype, clauses, reason, comment, worst } = result;
  const about = [status.replace('-', ' '), form, dtype, clauses.join(' ')].filter(Boolean).join(', ');
  const elements = worst?.length
    ? table(`Worst elements of ${labelOf(report)}, ${id}`, heads, worst.map(elementCells), 'numbers')
    : '';
  const note = comment ? `<p>${text(comment)}</p>` : '';
  return details(
    `<bdi>${text(id)}</bdi> <span class="about">${text(about)}</span>`,
    `${note}<pre>${text(reason ?? '', 4000)}</pre>${elements}`,
  );
}

const heads = ['element', 'ratio', 'actual', 'expected', 'actual bits', 'expected bits'];

function elementCells({
  output,
  index,
  actual,
  expected,
  actualBits,
  expectedBits,
  ratio,
}: WorstElement): readonly Markup[] {
  const far = Number.isFinite(ratio) ? ratio.toPrecision(3) : 'another kind';
  return [`${output}[${index}]`, far, String(actual), String(expected), actualBits, expectedBits].map((cell) =>
    text(cell),
  );
}
