// A badge that says what a report says: a small SVG for a README. It runs anywhere and needs no font of its own.

import { escapeText } from '../escape.ts';
import type { RunRecord } from '../record.ts';
import {
  countStatuses,
  isDrawn,
  isFailure,
  isJudged,
  labelOf,
  type TargetReport,
  type TestResult,
} from '../results.ts';
import { widthOf } from './width.ts';

/** What a badge says. */
export interface Badge {
  /** Left half: whose verdict it is. */
  readonly label: string;
  /** Right half: the verdict, with numbers. */
  readonly message: string;
  /**
   * `partial`: what was judged passed, but not everything was judged; `known`: something fails as listed; `none`: nothing
   * was judged.
   */
  readonly state: 'pass' | 'partial' | 'known' | 'fail' | 'none';
}

/**
 * The badge of a report: how many tests one target passed, or how many targets there are when there are several.
 *
 * @param name Only this target: its name, for all its runtimes, or with the runtime as in `core (chromium)`.
 * @throws {RangeError} for a target that the report does not have; the message has the known ones.
 */
export function badgeOf({ reports, failures, vectors }: RunRecord, name?: string): Badge {
  const chosen =
    name === undefined ? reports : reports.filter((report) => report.target === name || labelOf(report) === name);
  if (name !== undefined && chosen.length === 0) {
    const known = [...new Set(reports.map(({ target }) => target))].join(', ') || 'none';
    throw new RangeError(`there is no target ${JSON.stringify(name)} in the report; it has ${known}`);
  }
  const label = name === undefined ? 'EQL conformance' : `EQL conformance: ${shortened(name)}`;
  const judged = chosen.filter(({ results }) => results.some(isJudged));
  // A filter or a shard leaves tests out without a trace among the results.
  const all = vectors.reduce((sum, { tests }) => sum + tests, 0);
  const messageOf = (state: Badge['state']) =>
    chosen.length === 1 ? testWords(chosen[0], state, all) : targetWords(chosen, state);
  if (judged.length === 0)
    return { label, message: notRun(chosen), state: chosen.some(({ harness }) => harness) ? 'fail' : 'none' };
  const failing = chosen.some(({ harness, results }) => harness || results.some(isFailure));
  // What else failed the run, as a required target that is unavailable, is nobody's in particular.
  if (failing || (name === undefined && failures.length > 0))
    return { label, message: messageOf('fail'), state: 'fail' };
  const statuses = countStatuses(chosen.flatMap(({ results }) => results));
  const complete = chosen.every(({ results }) => vectorsAmong(results) >= all);
  const whole = complete && Object.keys(statuses).every((status) => status === 'pass');
  const state = statuses['known-failure'] ? 'known' : whole ? 'pass' : 'partial';
  return { label, message: messageOf(state), state };
}

/** The badge as SVG, with its words as title and for screen readers. */
export function renderBadge({ label, message, state }: Badge): string {
  const [left, right] = [widthOf(label) + 2 * PADDING, widthOf(message) + 2 * PADDING];
  const width = left + right;
  const words = escapeText(`${label}: ${message}`);
  // The shadow keeps letters apart from the ground where they are drawn small.
  const write = (text: string, x: number, room: number) => {
    const place = `textLength="${room - 2 * PADDING}" lengthAdjust="spacingAndGlyphs"`;
    return `<text x="${x + room / 2}" y="15" fill="#010101" fill-opacity=".3" ${place} aria-hidden="true">${escapeText(text)}</text><text x="${x + room / 2}" y="14" ${place}>${escapeText(text)}</text>`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${words}">
<title>${words}</title>
<path d="M3 0h${left - 3}v20h${3 - left}a3 3 0 0 1-3-3v-14a3 3 0 0 1 3-3z" fill="#4a4f57"/>
<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h${3 - right}z" fill="${colors[state]}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
${write(label, 0, left)}
${write(message, left, right)}
</g>
</svg>
`;
}

const PADDING = 6;

/** White text has a contrast of 4.5 and more on each; what they say, symbols say too. */
const colors: Readonly<Record<Badge['state'], string>> = {
  pass: '#2a7a32',
  partial: '#22698c',
  known: '#86650a',
  fail: '#b3261e',
  none: '#5c636d',
};

function testWords({ results, harness }: TargetReport, state: Badge['state'], all: number): string {
  // Beside the vectors, of which some may be missing, come the batches that were drawn.
  const ofVectors = vectorsAmong(results);
  const total = Math.max(all, ofVectors) + results.length - ofVectors;
  const { 'known-failure': known = 0, 'unexpected-pass': unexpected = 0 } = countStatuses(results);
  const failed = results.filter(isFailure).length;
  if (harness) return '✗ does not run';
  if (state === 'fail') {
    const judged = results.filter(isJudged).length;
    return failed > 0 && failed === unexpected ? `✗ ${unexpected} unexpected pass` : `✗ ${failed} of ${judged} failed`;
  }
  const passed = results.filter(({ status }) => status === 'pass').length;
  const words = `✓ ${passed} of ${total}`;
  return known > 0 ? `~ ${passed} of ${total}, ${known} known failure${known === 1 ? '' : 's'}` : words;
}

function vectorsAmong(results: readonly TestResult[]): number {
  return results.filter((result) => !isDrawn(result)).length;
}

function targetWords(reports: readonly TargetReport[], state: Badge['state']): string {
  const all = `${reports.length} targets`;
  if (state === 'fail') {
    const failing = reports.filter(({ harness, results }) => harness || results.some(isFailure)).length;
    return failing > 0 ? `✗ ${failing} of ${all} failed` : '✗ failed';
  }
  const judged = reports.filter(({ results }) => results.some(isJudged)).length;
  const known = reports.flatMap(({ results }) => results.filter(({ status }) => status === 'known-failure')).length;
  const words = judged === reports.length ? all : `${judged} of ${all}`;
  return known > 0 ? `~ ${words}, ${known} known failure${known === 1 ? '' : 's'}` : `✓ ${words}`;
}

function notRun(reports: readonly TargetReport[]): string {
  if (reports.some(({ harness }) => harness)) return '✗ does not run';
  return reports.length > 0 && reports.every(({ unavailable }) => unavailable) ? '– unavailable' : '– not run';
}

/** A badge is one line. */
function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
