// Where it errs: the worst ratio of gradient elements by their logits, a panel a target. The axis of logits is symmetric
// and logarithmic: bins are powers of two.

import { scaleLinear } from 'd3-scale';
import type { ErrorBin } from '../error-bins.ts';
import { shortLabel } from '../labels.ts';
import { ratioWords } from '../ratios.ts';
import type { TargetReport } from '../results.ts';
import { ratioAxis, tickWords } from './axis.ts';
import { details, type Markup, table, text } from './markup.ts';

const WIDTH = 340;
const HEIGHT = 148;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 336, 14, 112];
/** Bins on each side of 0, see error-bins.ts, and the places of infinities and NaN beside them. */
const SIDE = 18;
const BESIDE = 3;

/** What the bars mean, for above the panels. */
export const logitLegend =
  'The worst element of the gradient among all tests, by the logit that it belongs to. A bar ends at the ratio to the tolerance; one with ✕ on top is beyond it, and ∞ is NaN or an infinity where a number is expected, or the other way round. A dot on the ground: exact to the last bit. Targets with the same numbers share a panel.';

/** Panels for all targets that had gradients compared; they share one axis of ratios. */
export function logitPanels(reports: readonly TargetReport[]): readonly Markup[] {
  const groups = new Map<string, TargetReport[]>();
  for (const report of reports) {
    if (!report.errorByLogit?.length) continue;
    const key = JSON.stringify(report.errorByLogit);
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  const shared = [...groups.values()];
  const ratios = shared.flatMap(([{ errorByLogit = [] }]) => errorByLogit.flatMap(({ ratio }) => ratio ?? []));
  return shared.map((group) =>
    panel(
      group.map((report) => shortLabel(report).slice(0, 200)),
      group[0].errorByLogit ?? [],
      ratios,
    ),
  );
}

function panel(labels: readonly string[], bins: readonly ErrorBin[], ratios: readonly number[]): Markup {
  const title = `Error by logit: ${labels.join(', ')}`;
  const x = scaleLinear([-SIDE - BESIDE, SIDE + BESIDE + 4], [LEFT + 8, RIGHT - 10]);
  const { scale: y, ticks } = ratioAxis(ratios, [BOTTOM - 8, TOP + 10], 5);
  const across = ticks.map((tick) => {
    const at = round(y(tick));
    const kind = tick === 1 ? 'one' : 'grid';
    return `<line class="${kind}" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}"/><text class="tick end" x="${LEFT - 4}" y="${at + 4}">${tickWords(tick)}</text>`;
  });
  // Edges of bins: half a step to the left of the bin that begins there.
  const edges = [-1024, -16, -1, 1, 16, 1024].map((edge) => {
    const place = Math.sign(edge) * (Math.log2(Math.abs(edge)) + 3.5);
    return tickAt(x(place), edge < 0 ? `−${-edge}` : String(edge));
  });
  const beside = [
    tickAt(x(-SIDE - BESIDE), '−∞'),
    tickAt(x(0), '0'),
    tickAt(x(SIDE + BESIDE), '∞'),
    tickAt(x(SIDE + BESIDE + 4), 'NaN'),
  ];
  const texts = [
    `<text class="tick end" x="${LEFT - 4}" y="${TOP + 2}">∞</text>`,
    `<line class="ground" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    `<text class="axis" x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 31}">logit (symmetric log scale)</text>`,
    `<text class="axis" transform="translate(9 ${(TOP + BOTTOM) / 2}) rotate(-90)">ratio</text>`,
  ];
  const bars = bins.map((bin) => bar(bin, x(placeOf(bin)), y));
  return `<figure>
<figcaption>${text(labels.join(', '))}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${text(`${title}. ${sentence(bins)}`)}">
${[...across, ...edges, ...beside, ...texts, ...bars].join('\n')}
</svg>
${details('In numbers', numbers(title, bins))}
</figure>`;
}

function tickAt(x: number, words: string): Markup {
  return `<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="${BOTTOM}" y2="${BOTTOM + 4}"/><text class="tick" x="${round(x)}" y="${BOTTOM + 15}">${words}</text>`;
}

function bar({ ratio, mismatched, beyond }: ErrorBin, x: number, y: (ratio: number) => number): Markup {
  const at = round(x);
  const cross = (top: number) => `<path class="mark beyond" d="M${round(at - 3)} ${round(top - 3)}l6 6m0 -6l-6 6"/>`;
  const other = mismatched > 0 ? cross(TOP - 2) : '';
  if (ratio === undefined) return other;
  if (ratio === 0) return `<circle class="mark exact" cx="${at}" cy="${BOTTOM - 2}" r="1.6"/>${other}`;
  const top = round(y(ratio));
  const kind = ratio > 1 ? 'beyond' : 'within';
  const cap = ratio > 1 && beyond > 0 ? cross(top - 3) : '';
  return `<line class="bar ${kind}" x1="${at}" x2="${at}" y1="${BOTTOM}" y2="${top}"/>${cap}${other}`;
}

/** Steps from the bin around 0, as error-bins.ts has them. */
function placeOf({ kind, from }: ErrorBin): number {
  if (kind === '-Infinity') return -SIDE - BESIDE;
  if (kind === 'Infinity') return SIDE + BESIDE;
  if (kind === 'NaN') return SIDE + BESIDE + 4;
  return from === undefined ? 0 : Math.sign(from) * (Math.log2(Math.abs(from)) + 4);
}

function logitsOf({ kind, from, to }: ErrorBin): string {
  if (kind !== 'finite') return kind;
  if (from === undefined) return 'between −0.125 and 0.125';
  const words = (edge: number) => String(edge).replace('-', '−');
  return to === undefined ? `${words(from)} and beyond` : `${words(from)} to ${words(to)}`;
}

function sentence(bins: readonly ErrorBin[]): string {
  const far = ({ ratio = 0, mismatched }: ErrorBin) => (mismatched > 0 ? Number.POSITIVE_INFINITY : ratio);
  const [worst] = [...bins].sort((one, other) => (far(one) < far(other) ? 1 : -1));
  const beyond = bins.filter((bin) => bin.beyond > 0).length;
  const where = beyond === 0 ? 'All within the tolerance' : `Beyond the tolerance in ${beyond} of ${bins.length} bins`;
  return `${where}; the worst ratio is ${ratioWords(far(worst))}, at logits ${logitsOf(worst)}.`;
}

function numbers(title: string, bins: readonly ErrorBin[]): Markup {
  const rows = bins.map((bin) => {
    const { elements, beyond, mismatched, ratio } = bin;
    const worst = ratio === undefined ? '–' : ratioWords(ratio);
    return [logitsOf(bin), String(elements), worst, String(beyond), String(mismatched)];
  });
  return table(title, ['logits', 'elements', 'worst ratio', 'beyond', 'of another kind'], rows);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
