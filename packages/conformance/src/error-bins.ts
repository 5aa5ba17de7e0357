// Where on the axis of logits an implementation errs: the worst slope of each bin, over a whole run.
//
// Overflow, cancellation and saturation happen at certain logits. Bins are powers of two, so that every edge is exact and
// a bin is found from the exponent alone; their number is fixed, however many elements a run has.

import type { Kind } from './floats.ts';

/** What the elements of the gradient came to whose logits lie in one bin. */
export interface ErrorBin {
  /** Of the logits. */
  readonly kind: Kind;
  /** Finite bins: the logit closest to 0 is `from`, which belongs to the bin, and may be negative. Absent in the bin around 0. */
  readonly from?: number;
  /** Finite bins: the edge farther from 0, which does not belong to the bin. Absent in the two outermost. */
  readonly to?: number;
  /** How many elements were compared. */
  readonly elements: number;
  /** How many of them were beyond tolerance, those of another kind included. */
  readonly beyond: number;
  /** How many of them were of another kind than expected (NaN or an infinity for a number, say): they have no ratio. */
  readonly mismatched: number;
  /** The worst ratio of the others; absent when there are none. */
  readonly ratio?: number;
}

/** Collects ratios by logit. */
export interface ErrorBins {
  /** @param ratio As `ratioOf` gives it: Infinity for another kind. */
  add(logit: number, ratio: number): void;
  /** The bins that have elements: -Infinity, finite ones from left to right, Infinity, NaN. */
  list(): readonly ErrorBin[];
}

/** Magnitudes below 2^SMALLEST share the bin around 0, those from 2^LARGEST the outermost ones. */
const SMALLEST = -3;
const LARGEST = 14;
const SIDE = LARGEST - SMALLEST + 1;
/** Places: -Infinity, negative bins, the one around 0, positive bins, Infinity, NaN. */
const ZERO = 1 + SIDE;
const POSITIVE_INFINITY = ZERO + SIDE + 1;
const NAN = POSITIVE_INFINITY + 1;

/** Empty bins, 40 at most in all. */
export function createErrorBins(): ErrorBins {
  const elements = new Float64Array(NAN + 1);
  const beyond = new Float64Array(NAN + 1);
  const mismatched = new Float64Array(NAN + 1);
  const worst = new Float64Array(NAN + 1);
  const view = new DataView(new ArrayBuffer(8));
  const placeOf = (logit: number): number => {
    view.setFloat64(0, logit);
    const bits = view.getUint16(0);
    const exponent = ((bits >> 4) & 0x7ff) - 1023;
    if (exponent === 1024) return Number.isNaN(logit) ? NAN : logit > 0 ? POSITIVE_INFINITY : 0;
    if (exponent < SMALLEST) return ZERO;
    const away = Math.min(exponent, LARGEST) - SMALLEST + 1;
    return bits & 0x8000 ? ZERO - away : ZERO + away;
  };
  return {
    add(logit, ratio) {
      const place = placeOf(logit);
      elements[place]++;
      if (ratio > 1) beyond[place]++;
      if (ratio === Number.POSITIVE_INFINITY) mismatched[place]++;
      else if (ratio > worst[place]) worst[place] = ratio;
    },
    list() {
      return Array.from(elements, (count, place) => ({ count, place }))
        .filter(({ count }) => count > 0)
        .map(({ count, place }) => ({
          ...edgesOf(place),
          elements: count,
          beyond: beyond[place],
          mismatched: mismatched[place],
          ...(mismatched[place] < count && { ratio: worst[place] }),
        }));
    },
  };
}

function edgesOf(place: number): Pick<ErrorBin, 'kind' | 'from' | 'to'> {
  if (place === 0) return { kind: '-Infinity' };
  if (place === POSITIVE_INFINITY) return { kind: 'Infinity' };
  if (place === NAN) return { kind: 'NaN' };
  if (place === ZERO) return { kind: 'finite' };
  const sign = Math.sign(place - ZERO);
  const exponent = SMALLEST + Math.abs(place - ZERO) - 1;
  const from = sign * 2 ** exponent;
  return { kind: 'finite', from, ...(exponent < LARGEST && { to: 2 * from }) };
}
