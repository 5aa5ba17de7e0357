// What a float is made of: its kind, its bits, and the distance to its neighbour.

import type { Dtype } from './format.ts';

/** Values that can be near each other have one kind; across kinds nothing is near. */
export type Kind = 'finite' | 'NaN' | 'Infinity' | '-Infinity';

/** The kind of a value; -0 is finite like 0. */
export function kindOf(value: number): Kind {
  if (Number.isFinite(value)) return 'finite';
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/**
 * Makes a function that gives the spacing of a dtype's numbers around a finite value:
 * `2^(max(e, e_min) - p)` with e the exponent of the value, and e_min, p = -1022, 52 in double and -126, 23 in single.
 * Zero and subnormals have the smallest subnormal; the result is always > 0.
 */
export function spacingIn(dtype: Dtype): (value: number) => number {
  const [smallest, fraction] = dtype === 'float32' ? [-126, 23] : [-1022, 52];
  const view = new DataView(new ArrayBuffer(8));
  return (value) => {
    view.setFloat64(0, value);
    const exponent = ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
    return 2 ** (Math.max(exponent, smallest) - fraction);
  };
}

/** The bits of a value in a dtype, big-endian, in hexadecimal: 8 digits in single, 16 in double precision. */
export function bitsOf(value: number, dtype: Dtype): string {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === 'float32') {
    view.setFloat32(0, value);
    return view.getUint32(0).toString(16).padStart(8, '0');
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** The neighbouring double above one that is finite and >= 0. */
export function nextAbove(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}

/** The neighbouring double below one that is finite and > 0. */
export function nextBelow(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) - 1n);
  return view.getFloat64(0);
}
