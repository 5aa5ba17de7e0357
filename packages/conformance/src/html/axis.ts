// A logarithmic axis of ratios: whole decades around all of them, always with the tolerance, 1, in sight.

import { type ScaleLogarithmic, scaleLog } from 'd3-scale';

/** Ratios on their way to the page. */
export interface RatioAxis {
  readonly scale: ScaleLogarithmic<number, number>;
  /** Powers of ten that are labelled; 1 is among them. */
  readonly ticks: readonly number[];
}

/** What no reader needs apart: double precision ends at 1e-4 of its tolerance, and a million times is wrong in any case. */
const [LEAST, MOST] = [-5, 6];

/**
 * An axis for some ratios; 0 and Infinity are not on it, and values beyond its ends belong at its ends.
 *
 * @param range Coordinates of its ends.
 * @param count Most ticks that there is room for.
 */
export function ratioAxis(ratios: readonly number[], range: readonly [number, number], count: number): RatioAxis {
  const powers = ratios.filter((ratio) => ratio > 0 && Number.isFinite(ratio)).map(Math.log10);
  const low = Math.max(LEAST, Math.min(-2, ...powers.map(Math.floor)));
  const high = Math.min(MOST, Math.max(1, ...powers.map(Math.ceil)));
  const scale = scaleLog<number, number>([10 ** low, 10 ** high], range).clamp(true);
  const step = Math.ceil((high - low + 1) / count);
  const all = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  // Counted from 1, so that it has its label whatever the step is.
  return { scale, ticks: all.filter((power) => power % step === 0).map((power) => Number(`1e${power}`)) };
}

/** `0.01`, `1`, `1000`, and beyond them powers: `10⁻⁴`. */
export function tickWords(tick: number): string {
  if (tick >= 0.001 && tick <= 1000) return String(tick);
  const digits = String(Math.round(Math.log10(tick)));
  return `10${[...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '⁻').join('')}`;
}
