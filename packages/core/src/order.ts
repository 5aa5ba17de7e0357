// Classes in order of frequency: tail classes then lie together, and a kernel leaves them out in whole blocks.

import { checkLabels } from './checks.ts';
import { EqlError } from './errors.ts';
import { checkDoubles, checkFrequencies } from './gate.ts';

/** A new order of the classes and its inverse. Made by {@link orderByFrequency}. */
export interface ClassOrder {
  /** The class at each place: `order[place] = class`. `[classes]` */
  readonly order: Int32Array;
  /** The place of each class: `position[class] = place`. `[classes]` */
  readonly position: Int32Array;
}

/** An array of one value a class or an element, of any kind. */
export interface Columns<T> {
  /** How many values. */
  readonly length: number;
  [index: number]: number;
  /** A copy, of the same kind. */
  slice(): T;
}

/**
 * Orders classes by falling frequency; equal ones keep the order of their ids.
 *
 * The tail classes of every threshold λ are then the last ones. Loss and gradient of a reordered batch are those of the
 * batch as it was, reordered: nothing in the loss depends on the order of the classes (SPEC S2, X2), but for the rounding of
 * sums.
 *
 * @param frequencies As for `createGate`: `[classes]`, finite, >= 0, double precision.
 * @returns For {@link reorderColumns} and {@link reorderLabels}: `order` leads there, `position` leads back.
 * @throws {EqlError} `CLASS_COUNT`, `DTYPE`, `FREQUENCY_RANGE`
 */
export function orderByFrequency(frequencies: ArrayLike<number>): ClassOrder {
  checkDoubles(frequencies);
  checkFrequencies(frequencies, 'frequencies');
  const order = new Int32Array(frequencies.length);
  for (let j = 0; j < order.length; j++) order[j] = j;
  order.sort((a, b) => frequencies[b] - frequencies[a] || a - b);
  return { order, position: inverse(order) };
}

/**
 * Reorders what stands one a class, or in rows of one a class: frequencies (for `createGate`), β per class or element,
 * target rows, logits, gradients, and a head's weights `[features * classes]` and bias.
 *
 * `result[row, place] = values[row, order[place]]`.
 *
 * @param values `[rows * classes]`, row-major, of any kind of array.
 * @param rows 1 for one value a class.
 * @param order `order` of {@link orderByFrequency}; its `position` for the way back.
 * @returns A new array of the same kind.
 * @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT`
 */
export function reorderColumns<T extends Columns<T>>(values: T, rows: number, order: ArrayLike<number>): T {
  const classes = order.length;
  inverse(order); // refuses what is no order
  if (values.length !== rows * classes) {
    const code = values.length % classes === 0 ? 'ROW_COUNT' : 'CLASS_COUNT';
    throw new EqlError(code, `${values.length} values came for ${rows} rows of ${classes} classes.`);
  }
  const result = values.slice();
  for (let start = 0; start < values.length; start += classes) {
    for (let place = 0; place < classes; place++) result[start + place] = values[start + order[place]];
  }
  return result;
}

/**
 * Index labels for reordered classes: a class becomes its place; background (C) and ignored rows (-1) stay.
 *
 * @param labels `[rows]`, each an integer from -1 to C.
 * @param position `position` of {@link orderByFrequency}; its `order` for the way back.
 * @throws {EqlError} `LABEL_RANGE`, `CLASS_COUNT`
 */
export function reorderLabels(labels: ArrayLike<number>, position: ArrayLike<number>): Int32Array {
  const classes = position.length;
  inverse(position); // refuses what is no order
  checkLabels(labels, labels.length, classes, 'background');
  return Int32Array.from(labels, (label) => (label === -1 || label === classes ? label : position[label]));
}

function inverse(order: ArrayLike<number>): Int32Array {
  const places = new Int32Array(order.length).fill(-1);
  for (let place = 0; place < order.length; place++) {
    const known = places[order[place]]; // undefined for what is no class
    if (known !== -1) {
      const what = known === undefined ? 'no class' : `also at ${known}`;
      throw new EqlError(
        'CLASS_COUNT',
        `order[${place}] is ${order[place]}, ${what}; wanted each of ${order.length} classes once, see orderByFrequency.`,
      );
    }
    places[order[place]] = place;
  }
  if (places.length === 0) throw new EqlError('CLASS_COUNT', 'the order is empty; wanted that of at least one class.');
  return places;
}
