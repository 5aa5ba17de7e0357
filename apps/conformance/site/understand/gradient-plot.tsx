// What pushes each class up and down, by rank, on logarithmic axes.

import { scaleLog } from 'd3-scale';
import type { JSX } from 'preact';
import { useId, useMemo } from 'preact/hooks';
import type { JobResult } from './gradient-job.ts';
import { Axes, type LogScale, margin, rankAt, rankScale, Stripes, useWidth } from './plot.tsx';

/** Taller where the numbers stand beside it. */
const heightFor = (width: number): number => (width > 600 ? 400 : 340);

/** Height of the strip for 0, which a logarithm cannot show. */
const ZERO_STRIP = 22;

/** A line of the plot. */
interface Series {
  readonly id: 'up-plain' | 'up' | 'down-plain' | 'down';
  readonly title: string;
  readonly values: Float64Array;
  readonly shape: 'circle' | 'square' | 'triangle';
}

/** The lines of a result. Upwards is one line where the loss leaves it as it is. */
function seriesOf({ plain, gated, inputs }: JobResult): readonly Series[] {
  const sigmoid = inputs.form === 'sigmoid';
  const up: Series = {
    id: 'up',
    title: sigmoid ? 'upwards, from its own rows; the same with and without EQL' : 'upwards, with EQL',
    values: gated.positive,
    shape: 'circle',
  };
  const upPlain: Series = { id: 'up-plain', title: 'upwards, without EQL', values: plain.positive, shape: 'circle' };
  return [
    ...(sigmoid ? [up] : [upPlain, up]),
    { id: 'down-plain', title: 'downwards, without EQL', values: plain.negative, shape: 'square' },
    { id: 'down', title: 'downwards, with EQL', values: gated.negative, shape: 'triangle' },
  ];
}

/** The plot of step 4. */
export function GradientPlot(props: {
  readonly result: JobResult;
  /** The rank that is looked at, from 0. */
  readonly rank: number;
  readonly look: (rank: number) => void;
}): JSX.Element {
  const { result, rank, look } = props;
  const { ranked, cut } = result.inputs;
  const { ref, width } = useWidth();
  const id = useId();
  const classes = ranked.counts.length;
  const series = useMemo(() => seriesOf(result), [result]);
  const x = rankScale(classes, width);
  const height = heightFor(width);
  const { y, zero } = useMemo(() => amountScale(series, height), [series, height]);
  const lines = useMemo(
    () => series.map(({ values }) => lineOf(values, ranked.order, x, y, zero)),
    [series, y, zero, width],
  );
  const bottom = height - margin.bottom;
  const split = x(classes - cut.tailClasses + 1);
  return (
    <div class="u-plot" ref={ref}>
      {width > 0 && (
        <svg
          role="img"
          aria-label="Gradient that each class receives, by rank. The table below has its numbers."
          width={width}
          height={height}
          onPointerMove={(event) => look(rankAt(x, event.offsetX, classes))}
        >
          <defs>
            <Stripes id={`${id}s`} />
          </defs>
          {cut.tailClasses > 0 && (
            <g class="u-sides">
              <rect
                class="u-tail-ground"
                x={split}
                y={margin.top}
                width={Math.max(0, width - margin.right - split)}
                height={bottom - margin.top}
                fill={`url(#${id}s)`}
              />
              <line class="u-split" x1={split} x2={split} y1={margin.top} y2={bottom} />
              <text x={width - margin.right - 4} y={margin.top + 12} text-anchor="end">
                tail
              </text>
            </g>
          )}
          <Axes {...{ x, y, width, height, zero }} xName="rank of the class" yName="gradient, summed" />
          <line class="u-looked" x1={x(centre(rank))} x2={x(centre(rank))} y1={margin.top} y2={bottom} />
          {series.map(({ id: name, values, shape }, s) => (
            <g key={name} class={`u-series u-${name}`}>
              <path d={lines[s]} />
              {markRanks(classes, s, series.length).map((r) => (
                <Mark key={r} shape={shape} x={x(centre(r))} y={heightOf(values[ranked.order[r]], y, zero)} />
              ))}
              <Mark shape={shape} x={x(centre(rank))} y={heightOf(values[ranked.order[rank]], y, zero)} />
            </g>
          ))}
        </svg>
      )}
      <ul class="u-legend small">
        {series.map(({ id: name, title, shape }) => (
          <li key={name}>
            <svg width={44} height={16} aria-hidden="true" class={`u-series u-${name}`}>
              <path d="M2,8H42" />
              <Mark shape={shape} x={22} y={8} />
            </svg>{' '}
            {title}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The middle of a class on the axis. */
function centre(rank: number): number {
  return Math.sqrt((rank + 1) * (rank + 2));
}

/** All amounts above 0, and a strip below them where one is 0. */
function amountScale(
  series: readonly Series[],
  height: number,
): { readonly y: LogScale; readonly zero: number | undefined } {
  let low = Infinity;
  let high = 0;
  let zeros = false;
  for (const { values } of series) {
    for (const value of values) {
      if (value > 0 && value < low) low = value;
      if (value > high) high = value;
      if (value === 0) zeros = true;
    }
  }
  if (high === 0) [low, high] = [0.1, 10];
  const bottom = height - margin.bottom;
  const y = scaleLog()
    .domain([low / 1.5, high * 2])
    .range([zeros ? bottom - ZERO_STRIP : bottom, margin.top]);
  return { y, zero: zeros ? bottom - ZERO_STRIP / 3 : undefined };
}

function heightOf(value: number, y: LogScale, zero: number | undefined): number {
  return value > 0 ? y(value) : (zero ?? y.range()[0]);
}

function lineOf(values: Float64Array, order: Int32Array, x: LogScale, y: LogScale, zero: number | undefined): string {
  const points: string[] = [];
  for (let r = 0; r < order.length; r++) {
    points.push(`${x(centre(r)).toFixed(1)},${heightOf(values[order[r]], y, zero).toFixed(1)}`);
  }
  return `M${points.join('L')}`;
}

/** Some ranks, evenly on the axis; each line has its own, so that marks do not hide each other. */
function markRanks(classes: number, series: number, of: number): readonly number[] {
  const marks = 8;
  const ranks = Array.from({ length: marks }, (_, k) => Math.round(classes ** ((k + (series + 0.5) / of) / marks)) - 1);
  return [...new Set(ranks)].filter((rank) => rank < classes);
}

function Mark(props: { readonly shape: Series['shape']; readonly x: number; readonly y: number }): JSX.Element {
  const { shape, x, y } = props;
  if (shape === 'circle') return <circle cx={x} cy={y} r={4} />;
  if (shape === 'square') return <rect x={x - 3.5} y={y - 3.5} width={7} height={7} />;
  return <path class="u-mark" d={`M${x},${y + 5}l-5,-9h10z`} />;
}
