// Target rows, read once: whether each is in [0, 1], and what each row amounts to. SPEC G4, G7, X3.

import { copyRange, kindOf } from './arrays.ts';
import { checkEach, inside, isUnit } from './checks.ts';
import { EqlError } from './errors.ts';

/** In `positives`: a row whose targets are not all 0, but not those of one class either. */
export const MIXED = -2;

/**
 * Refuses targets that are not one per logit, each in [0, 1]. SPEC G7.
 *
 * Most rows hold zeros and a single 1, and are then an index label in another form: who calculates may take them as one.
 *
 * @param targets `[rows * classes]`, row-major.
 * @returns `[rows]`: the class of a row whose only target above 0 is a 1; -1 for a row of zeros; else {@link MIXED}.
 * @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT`, `TARGET_RANGE`
 */
export function checkTargets(targets: ArrayLike<number>, rows: number, classes: number): Int32Array {
  if (targets.length !== rows * classes) {
    const code = targets.length % classes === 0 ? 'ROW_COUNT' : 'CLASS_COUNT';
    const cause = targets.length === rows * (classes + 1) ? ' A background row has no column: it is all zeros.' : '';
    throw new EqlError(
      code,
      `${targets.length} targets came for ${rows} rows of ${classes} classes; wanted one per logit, row after row.${cause}`,
    );
  }
  const positives = new Int32Array(rows);
  const words = wordsOf(targets);
  // What has none may hold null, a hole or a BigInt is judged one by one.
  if (words !== undefined && readRows(targets, words, classes, positives)) return positives;
  checkEach('TARGET_RANGE', 'targets', targets, isUnit, 'a target in [0, 1]');
  readRows(targets, undefined, classes, positives);
  return positives;
}

/** Targets as words of one or a half of one, in which a 0 is 0. */
interface Words {
  readonly words: Int32Array | Uint8Array;
  /** The first word from `from` on that is not 0, or `to`. */
  skip(from: number, to: number): number;
  /** Words of a target: `1 << shift`. */
  readonly shift: number;
  /** What the last word of a 1 is; the one before it, if there is one, is 0. */
  readonly one: number;
}

/** Says of each row what it is; false at the first target outside [0, 1]. */
function readRows(
  targets: ArrayLike<number>,
  words: Words | undefined,
  classes: number,
  positives: Int32Array,
): boolean {
  const row = new Float64Array(classes);
  for (let i = 0; i < positives.length; i++) {
    const start = i * classes;
    let positive = words && positiveOfWords(words, start, start + classes);
    if (positive === undefined) {
      copyRange(targets, start, start + classes, row);
      positive = positiveOf(row);
      if (positive === undefined) return false;
    }
    positives[i] = positive;
  }
  return true;
}

/** Of a row of zeros and at most one 1; undefined for any other. */
function positiveOfWords({ words, skip, shift, one }: Words, start: number, end: number): number | undefined {
  const to = end << shift;
  const at = skip(start << shift, to);
  if (at === to) return -1;
  const rest = at + 1;
  if (words[at] !== one || rest & ((1 << shift) - 1) || skip(rest, to) < to) return undefined;
  return (at >> shift) - start;
}

/** Of any row; undefined for one with a target outside [0, 1]. */
function positiveOf(row: Float64Array): number | undefined {
  let found = -1;
  let k = 0;
  for (; k < row.length && found !== MIXED; k++) {
    const y = row[k];
    if (!inside(y)) return undefined;
    if (y > 0) found = y === 1 && found === -1 ? k : MIXED;
  }
  for (; k + 4 <= row.length; k += 4) {
    if (!(inside(row[k]) && inside(row[k + 1]) && inside(row[k + 2]) && inside(row[k + 3]))) return undefined;
  }
  for (; k < row.length; k++) if (!inside(row[k])) return undefined;
  return found;
}

function wordsOf(targets: ArrayLike<number>): Words | undefined {
  const { buffer, byteOffset, length } = targets as unknown as Float64Array<ArrayBuffer>; // or shared: read alike
  if (length >= 2 ** 30) return undefined; // places are calculated as integers of 32 bits
  switch (kindOf(targets)) {
    case 'Float32Array':
      return floats(buffer, byteOffset, length, { shift: 0, one: 0x3f800000 });
    case 'Float64Array':
      return floats(buffer, byteOffset, 2 * length, { shift: 1, one: 0x3ff00000 });
    case 'Int32Array':
      return integers(new Int32Array(buffer, byteOffset, length));
    case 'Uint8Array':
      return bytes(new Uint8Array(buffer, byteOffset, length));
    default:
      return undefined;
  }
}

// A loop for each kind: one that has seen two of them is slower for both.

/** Two words at a time, as a double: it is 0 if both are 0, or the upper one that of -0, which is a 0 as well. */
function floats(buffer: ArrayBuffer, byteOffset: number, length: number, kind: Pick<Words, 'shift' | 'one'>): Words {
  const words = new Int32Array(buffer, byteOffset, length);
  // Doubles lie at multiples of 8 bytes, so the first of them may begin with the second word.
  const odd = (byteOffset >> 2) & 1;
  const pairs = new Float64Array(buffer, byteOffset + 4 * odd, Math.max(length - odd, 0) >> 1);
  const skip = (from: number, to: number) => {
    let k = from;
    if ((k & 1) !== odd && k < to && words[k] === 0) k++;
    if ((k & 1) === odd) {
      let pair = (k - odd) >> 1;
      const end = (to - odd) >> 1;
      for (; pair + 4 <= end; pair += 4) {
        if (!(pairs[pair] === 0 && pairs[pair + 1] === 0 && pairs[pair + 2] === 0 && pairs[pair + 3] === 0)) break;
      }
      k = 2 * pair + odd;
    }
    while (k < to && words[k] === 0) k++;
    return k;
  };
  return { words, skip, ...kind };
}

function integers(words: Int32Array): Words {
  const skip = (from: number, to: number) => {
    let k = from;
    for (; k + 4 <= to; k += 4) if ((words[k] | words[k + 1] | words[k + 2] | words[k + 3]) !== 0) break;
    while (k < to && words[k] === 0) k++;
    return k;
  };
  return { words, skip, shift: 0, one: 1 };
}

function bytes(words: Uint8Array): Words {
  const skip = (from: number, to: number) => {
    let k = from;
    for (; k + 4 <= to; k += 4) if ((words[k] | words[k + 1] | words[k + 2] | words[k + 3]) !== 0) break;
    while (k < to && words[k] === 0) k++;
    return k;
  };
  return { words, skip, shift: 0, one: 1 };
}
