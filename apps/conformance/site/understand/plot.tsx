// What both plots share: a width that follows the page, axes on logarithms, and the pattern of the tail.

import { type ScaleLogarithmic, scaleLog } from 'd3-scale';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { briefly } from './words.ts';

/** A logarithmic axis. */
export type LogScale = ScaleLogarithmic<number, number>;

/** The margins of a plot, in pixels. */
export const margin = { left: 56, right: 16, top: 12, bottom: 44 } as const;

/** The width of an element, kept up to date. */
export function useWidth(): { readonly ref: RefObject<HTMLDivElement | null>; readonly width: number } {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  // Before the first paint: what stands below the plot must not jump.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/** The axis of ranks: the class of rank r, from 1, lies from r to r + 1. */
export function rankScale(classes: number, width: number): LogScale {
  return scaleLog()
    .domain([1, classes + 1])
    .range([margin.left, Math.max(margin.left + 1, width - margin.right)]);
}

/** The rank, from 0, of the class at a place of the axis. */
export function rankAt(scale: LogScale, x: number, classes: number): number {
  return Math.min(classes, Math.max(1, Math.floor(scale.invert(x)))) - 1;
}

/** Powers of ten within the domain; some between them where there are few. */
function ticksOf(scale: LogScale): readonly number[] {
  const [low, high] = scale.domain();
  const powers: number[] = [];
  for (let k = Math.ceil(Math.log10(low) - 1e-9); 10 ** k <= high * (1 + 1e-9); k++) powers.push(10 ** k);
  if (powers.length > 2) return powers;
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((value) => value <= high);
}

/** Lines, ticks and names of both axes. */
export function Axes(props: {
  readonly x: LogScale;
  readonly y: LogScale;
  readonly width: number;
  readonly height: number;
  readonly xName: string;
  readonly yName: string;
  /** Where a value of 0 is drawn, if any is. */
  readonly zero?: number;
}): JSX.Element {
  const { x, y, width, height, xName, yName, zero } = props;
  const bottom = height - margin.bottom;
  const right = width - margin.right;
  return (
    <g class="u-axes">
      {ticksOf(y).map((value) => (
        <g key={value} transform={`translate(0,${y(value)})`}>
          <line class="u-grid" x1={margin.left} x2={right} />
          <text x={margin.left - 6} dy="0.32em" text-anchor="end">
            {briefly(value)}
          </text>
        </g>
      ))}
      {zero !== undefined && (
        <g transform={`translate(0,${zero})`}>
          <line class="u-zero" x1={margin.left} x2={right} />
          <text x={margin.left - 6} dy="0.32em" text-anchor="end">
            0
          </text>
        </g>
      )}
      <line class="u-axis" x1={margin.left} x2={right} y1={bottom} y2={bottom} />
      {ticksOf(x).map((value) => (
        <g key={value} transform={`translate(${x(value)},${bottom})`}>
          <line class="u-axis" y2={5} />
          <text y={18} text-anchor="middle">
            {briefly(value)}
          </text>
        </g>
      ))}
      <text class="u-name" x={(margin.left + right) / 2} y={height - 6} text-anchor="middle">
        {xName}
      </text>
      <text class="u-name" transform={`translate(13,${(margin.top + bottom) / 2}) rotate(-90)`} text-anchor="middle">
        {yName}
      </text>
    </g>
  );
}

/** Stripes: what is tail is never told by colour alone. */
export function Stripes({ id }: { readonly id: string }): JSX.Element {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="u-stripe-ground" width="6" height="6" />
      <rect class="u-stripe" width="2.5" height="6" />
    </pattern>
  );
}
