// How near to the tolerance: a panel with a row for each target (or clause), its median and its worst ratio on a
// logarithmic axis. Shape and place tell everything; colour repeats it.

import { cut } from '../labels.ts';
import { type RatioSummary, ratioWords } from '../ratios.ts';
import { ratioAxis, tickWords } from './axis.ts';
import { details, type Markup, table, text } from './markup.ts';

/** One row of a panel. */
export interface RatioRow {
  /** As there is room for it. */
  readonly short: string;
  readonly label: string;
  /** Absent when no numbers were compared. */
  readonly summary?: RatioSummary;
}

/** Of the picture, in units that are CSS pixels on a phone. */
const WIDTH = 340;
const VALUES = 40;
const ROW = 16;
const TOP = 20;
const BOTTOM = 36;
/** Room for what is not on the axis: exact results left of it, Infinity right of it. */
const APART = 24;

/** What the marks mean, for above the panels. */
export const ratioLegend =
  'A ratio is the distance from the exact value over its tolerance, of the worst element of a test; up to 1 passes. ○ median of the tests, ◆ worst, ✕ worst and beyond the tolerance. At the left end, 0: exact to the last bit; at the right end, ∞: NaN or an infinity where a number is expected or the other way round, or a wrong shape. The number of a row is its worst ratio.';

/** A panel with its title, and the same numbers as a table. */
export function ratioPanel(title: string, first: string, rows: readonly RatioRow[]): Markup {
  const height = TOP + rows.length * ROW + BOTTOM;
  const bottom = TOP + rows.length * ROW;
  const labels = Math.min(112, 14 + 6.3 * Math.max(...rows.map(({ short }) => short.length)));
  const [left, right] = [labels + APART, WIDTH - VALUES - APART];
  const values = rows.flatMap(({ summary }) => (summary ? [summary.median, summary.worst] : []));
  const { scale, ticks } = ratioAxis(values, [left, right], 5);
  const xOf = (ratio: number): number => {
    if (ratio === 0) return labels + 6;
    return Number.isFinite(ratio) ? scale(ratio) : right + APART - 5;
  };
  const grid = ticks.map((tick) => {
    const x = round(scale(tick));
    const line = tick === 1 ? '' : `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/>`;
    return `${line}<text class="tick" x="${x}" y="${bottom + 13}">${tickWords(tick)}</text>`;
  });
  const one = round(scale(1));
  const ends = [
    ...[0, Number.POSITIVE_INFINITY].map(
      (end) => `<text class="tick" x="${round(xOf(end))}" y="${bottom + 13}">${ratioWords(end)}</text>`,
    ),
    `<line class="one" x1="${one}" x2="${one}" y1="${TOP - 4}" y2="${bottom + 3}"/>`,
    `<text class="tick" x="${one}" y="${TOP - 8}">tolerance</text>`,
    `<text class="axis" x="${(left + right) / 2}" y="${bottom + 29}">ratio to the tolerance (log scale)</text>`,
  ];
  const marks = rows.map((row, index) => rowMarks(row, labels, TOP + (index + 0.5) * ROW, xOf));
  return `<figure>
<figcaption>${text(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${text(`${title}. ${sentence(rows)}`)}">
${[...grid, ...ends, ...marks].join('\n')}
</svg>
${details('In numbers', numbers(title, first, rows))}
</figure>`;
}

function rowMarks(
  { short, label, summary }: RatioRow,
  labels: number,
  y: number,
  xOf: (ratio: number) => number,
): Markup {
  const name = `<text class="label" x="${round(labels - 4)}" y="${y + 4}">${text(cut(short, 19))}<title>${text(label, 200)}</title></text>`;
  if (!summary) return `${name}<text class="none" x="${round(labels + APART)}" y="${y + 4}">not compared</text>`;
  const [from, to] = [round(xOf(summary.median)), round(xOf(summary.worst))];
  const kind = summary.worst > 1 ? 'beyond' : 'within';
  const median = `<circle class="mark median" cx="${from}" cy="${y}" r="3"/>`;
  // Both must be seen where they meet: a cross over the circle, but a hole in the diamond.
  const marks =
    summary.worst > 1
      ? `${median}<path class="mark beyond" d="M${to - 4.5} ${y - 4.5}l9 9m0 -9l-9 9"/>`
      : `<path class="mark within" d="M${to} ${y - 5}l5 5l-5 5l-5 -5z"/>${median}`;
  const value = `<text class="value ${kind}" x="${WIDTH - 2}" y="${y + 4}">${ratioWords(summary.worst)}</text>`;
  return `${name}<line class="span" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>${marks}${value}`;
}

function sentence(rows: readonly RatioRow[]): string {
  const compared = rows.flatMap(({ label, summary }) => (summary ? [{ label, ...summary }] : []));
  if (compared.length === 0) return 'Nothing was compared.';
  const [most] = [...compared].sort((one, other) => (one.worst < other.worst ? 1 : -1));
  const beyond = compared.filter(({ worst }) => worst > 1).length;
  const where = beyond === 0 ? 'All within the tolerance' : `${beyond} of ${compared.length} beyond the tolerance`;
  return `${where}; the worst ratio is ${ratioWords(most.worst)}, of ${most.label.slice(0, 200)}.`;
}

function numbers(title: string, first: string, rows: readonly RatioRow[]): Markup {
  const cells = rows.map(({ label, summary }) => {
    if (!summary) return [text(label, 200), '0', '–', '–', '–'];
    const { tests, median, worst, worstId } = summary;
    return [text(label, 200), String(tests), ratioWords(median), ratioWords(worst), text(worstId, 200)];
  });
  return table(`Ratios: ${title}`, [first, 'tests compared', 'median', 'worst', 'worst test'], cells);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
