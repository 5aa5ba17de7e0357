// The classes by rank and frequency, and λ as a line across them that can be dragged or moved by keys.

import { scaleLog } from 'd3-scale';
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { shorten } from './cell.ts';
import { moveThreshold, type Ranked } from './gate-model.ts';
import { Axes, type LogScale, margin, rankAt, rankScale, Stripes, useWidth } from './plot.tsx';
import type { State } from './state.ts';
import { briefly, countWords, percentWords, plural, thresholdWords } from './words.ts';

/** Taller where the numbers stand beside it. */
const heightFor = (width: number): number => (width > 600 ? 400 : 320);

/** Up to so many classes, bars are drawn apart. */
const MOST_BARS = 80;

/** The plot of step 2. */
export function ThresholdPlot({ state }: { readonly state: State }): JSX.Element {
  const ranked = state.ranked.value;
  const { tailClasses } = state.cut.value;
  const { ref, width } = useWidth();
  const id = useId();
  const [pointed, setPointed] = useState<number>();
  const classes = ranked.counts.length;
  const heads = classes - tailClasses;
  const x = rankScale(classes, width);
  const height = heightFor(width);
  const y = useMemo(() => countScale(ranked, height), [ranked, height]);
  const outline = useMemo(() => outlineOf(ranked, x, y, height), [ranked, y, width]);
  const bottom = height - margin.bottom;
  const split = x(heads + 1);
  const right = width - margin.right;
  return (
    <div class="u-plot" ref={ref}>
      {width > 0 && (
        <>
          <svg
            role="img"
            aria-label={`${plural(classes, 'class', 'classes')} by rank and number of ${state.unit.value[1]}, both on logarithmic axes. The first ${countWords(heads)} are head, the other ${countWords(tailClasses)} tail.`}
            width={width}
            height={height}
            onPointerMove={(event) => setPointed(rankAt(x, event.offsetX, classes))}
            onPointerLeave={() => setPointed(undefined)}
          >
            <defs>
              <Stripes id={`${id}s`} />
              <clipPath id={`${id}h`}>
                <rect x={0} y={0} width={split} height={height} />
              </clipPath>
              <clipPath id={`${id}t`}>
                <rect x={split} y={0} width={Math.max(0, right - split)} height={height} />
              </clipPath>
            </defs>
            <Axes {...{ x, y, width, height }} xName="rank of the class" yName={state.unit.value[1]} />
            <path class="u-head-area" d={outline} clip-path={`url(#${id}h)`} />
            <path class="u-tail-area" d={outline} fill={`url(#${id}s)`} clip-path={`url(#${id}t)`} />
            {classes <= MOST_BARS &&
              Array.from({ length: classes - 1 }, (_, r) => (
                <line key={r} class="u-gap" x1={x(r + 2)} x2={x(r + 2)} y1={margin.top} y2={bottom} />
              ))}
            <line class="u-split" x1={split} x2={split} y1={margin.top} y2={bottom} />
            {pointed !== undefined && <Pointer {...{ x, rank: pointed, bottom }} />}
            <Sides {...{ split, right, heads, tailClasses }} />
          </svg>
          <ThresholdSlider state={state} y={y} />
        </>
      )}
      <p class="u-readout small">{pointed === undefined ? idleWords : classWords(state, pointed)}</p>
    </div>
  );
}

const idleWords = 'Point at a bar to see its class. Drag the line, or give it the focus and use the arrow keys.';

function classWords({ ranked, cut, unit }: State, rank: number): JSX.Element {
  const { names, counts, frequencies, order } = ranked.value;
  const j = order[rank];
  return (
    <>
      Rank {countWords(rank + 1)}: <strong class="u-class">{shorten(names[j])}</strong>,{' '}
      {plural(counts[j], ...unit.value)}, f = {briefly(frequencies[j])}:{' '}
      {cut.value.gate.tail[j] === 1 ? 'tail' : 'head'}
    </>
  );
}

function Pointer({
  x,
  rank,
  bottom,
}: {
  readonly x: LogScale;
  readonly rank: number;
  readonly bottom: number;
}): JSX.Element {
  const from = x(rank + 1);
  const size = Math.max(1.5, x(rank + 2) - from);
  return <rect class="u-pointed" x={from} y={margin.top} width={size} height={bottom - margin.top} />;
}

/** The words over both sides; where a side is too narrow, its word is left out: the numbers stand beside the plot. */
function Sides(props: {
  readonly split: number;
  readonly right: number;
  readonly heads: number;
  readonly tailClasses: number;
}): JSX.Element {
  const { split, right, heads, tailClasses } = props;
  const y = margin.top + 12;
  return (
    <g class="u-sides">
      {split - margin.left > 90 && (
        <text x={split - 8} y={y} text-anchor="end">
          ← {countWords(heads)} head
        </text>
      )}
      {right - split > 60 && (
        <text x={split + 8} y={y}>
          {countWords(tailClasses)} tail{right - split > 90 && ' →'}
        </text>
      )}
    </g>
  );
}

/** λ: a slider that lies over the plot, as wide as it. */
function ThresholdSlider({ state, y }: { readonly state: State; readonly y: LogScale }): JSX.Element {
  const { ranked, threshold, cut, unit } = state;
  const { steps, total } = ranked.value;
  const { tailClasses, tailRatio, leastHead } = cut.value;
  const grip = useRef<number | undefined>(undefined);
  const top = heightOf(y, threshold.value * total);
  const drag = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    if (grip.current === undefined) return;
    const plot = event.currentTarget.parentElement?.getBoundingClientRect().top ?? 0;
    threshold.value = thresholdAt(ranked.value, y, event.clientY - plot - grip.current);
  };
  const press = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const page = Math.max(2, Math.round(steps.length / 10));
    const by = keys[event.key]?.(page, steps.length);
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    threshold.value = moveThreshold(steps, threshold.value, by);
  };
  return (
    <div
      class="u-lambda"
      role="slider"
      tabIndex={0}
      aria-label="Threshold λ"
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={steps[steps.length - 1]}
      aria-valuenow={Math.min(threshold.value, steps[steps.length - 1])}
      aria-valuetext={`${thresholdWords(threshold.value)}: ${countWords(tailClasses)} of ${plural(ranked.value.counts.length, 'class is', 'classes are')} tail, ${percentWords(tailRatio)} of all occurrences. Head begins at ${plural(leastHead, ...unit.value)}.`}
      style={{ top: `${top}px`, left: `${margin.left}px`, right: `${margin.right}px` }}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
        const plot = event.currentTarget.parentElement?.getBoundingClientRect().top ?? 0;
        grip.current = event.clientY - plot - top;
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        grip.current = undefined;
      }}
      onPointerCancel={() => {
        grip.current = undefined;
      }}
    >
      <span class="u-lambda-line" />
      <span class={top < 48 ? 'u-lambda-name u-below' : 'u-lambda-name'}>
        λ = {thresholdWords(threshold.value)}
        <span class="u-lambda-images"> · {plural(leastHead, ...unit.value)}</span>
      </span>
      <span class="u-lambda-grip" aria-hidden="true">
        ↕
      </span>
    </div>
  );
}

/** How many steps a key moves λ; up and right make the tail larger. */
const keys: Readonly<Record<string, (page: number, all: number) => number>> = {
  ArrowUp: () => 1,
  ArrowRight: () => 1,
  ArrowDown: () => -1,
  ArrowLeft: () => -1,
  PageUp: (page) => page,
  PageDown: (page) => -page,
  Home: (_, all) => -all,
  End: (_, all) => all,
};

/** Counts, from below the least that occurs to above the most. */
function countScale({ counts, order }: Ranked, height: number): LogScale {
  let least = counts[order[0]];
  for (const count of counts) if (count > 0 && count < least) least = count;
  return scaleLog()
    .domain([least / 1.6, counts[order[0]] * 1.6])
    .range([height - margin.bottom, margin.top]);
}

/** The place of a count, within the plot: λ may lie outside of it. */
function heightOf(y: LogScale, count: number): number {
  const [low, high] = y.domain();
  return y(Math.min(high, Math.max(low, count)));
}

/** λ at a height: three digits, which is as exact as a hand is; beyond the first or last step, that step. */
function thresholdAt({ steps, total }: Ranked, y: LogScale, top: number): number {
  const threshold = Number((y.invert(top) / total).toPrecision(3));
  return Math.min(steps[steps.length - 1], Math.max(steps[0], threshold));
}

/** The bars of all classes as one shape. Classes of equal count are one step. */
function outlineOf({ counts, order }: Ranked, x: LogScale, y: LogScale, height: number): string {
  const bottom = height - margin.bottom;
  const parts = [`M${x(1).toFixed(1)},${bottom}`];
  for (let r = 0; r < order.length; r++) {
    const count = counts[order[r]];
    if (r + 1 < order.length && counts[order[r + 1]] === count && order.length > MOST_BARS) continue;
    parts.push(`V${(count > 0 ? y(count) : bottom).toFixed(1)}H${x(r + 2).toFixed(1)}`);
  }
  return `${parts.join('')}V${bottom}Z`;
}
