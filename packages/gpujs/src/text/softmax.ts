// The softmax form as four kernels: parts of rows, rows, row losses, gradient. SPEC X1 to X4, N1 to N4.
//
// A row's terms are w e^z. They are summed relative to e^reference, where the reference is a whole number above every included
// logit: no term overflows, and the largest does not underflow. The host gives w as weight e^shift. The shift is 0 but for tiny
// weights, where it is a whole number near log w: an entry of tiny weight that holds the largest logit would underflow all others,
// and log s would cancel. The level of an entry is z + shift.
//
// A term is weight e^-(reference - shift - z): a difference of two exact numbers, rounded once, so that a term is off by as many
// units of 2^-24 as the exponent says, which the term itself outweighs.
//
// A row is cut into `lanes` parts, of which part l has the columns l, l + lanes, …: threads beside each other read numbers beside
// each other. Each part is summed relative to its own reference, so that one launch finds both.
//
// Kernels that read entries take: logits `[rows * classes]`; answers, the labels `[rows]` or the targets `[rows * classes]`;
// weights and, where there are any, shifts, both `[classes]` or `[rows * classes]`. A label's own weight is 1 (SPEC X1), which
// index labels say by themselves. `rows` and `half`, rows * lanes, are numbers.

import { decay, LARGEST, literal, logarithm, PLACE_OF_NAN, PLACE_OF_ZERO } from './arithmetic.ts';
import { placeOf, sumByFours } from './layout.ts';
import type { Answers } from './sigmoid.ts';

/** What the softmax kernels are made for. */
export interface SoftmaxKind {
  readonly answers: Answers;
  /** Whether weights come one a class or one an entry. */
  readonly weights: 'class' | 'element';
  readonly shifts: boolean;
  readonly classes: number;
  /** Parts of a row. */
  readonly lanes: number;
}

const NAN = `this.constants.powers[${PLACE_OF_NAN}]`;
/** The level of no entry; below it is -Infinity, which adds nothing. SPEC N2. */
const LOWEST = `(0.0 - ${LARGEST})`;

/**
 * `[2 * rows * lanes]`: of each part the largest level, -3.4e38 where there is none; then of each part Σ w e^z / e^reference with
 * the reference floor(level) + 1, NaN where an included logit is NaN or +Infinity.
 */
export function softmaxParts(kind: SoftmaxKind): string {
  const { classes, lanes } = kind;
  const turns = Math.ceil(classes / lanes);
  const entry = (turn: string, then: string): string => {
    const text = `const index = start + column;\n${weightOf(kind)}\n${then}`;
    return `const column = ${lanes === 1 ? turn : `lane + ${turn} * ${lanes}`};
${classes % lanes === 0 ? text : `if (column < ${classes}) {\n${text}\n}`}`;
  };
  const raise = `const level = ${levelOf(kind, 'logits[index]')};\ntop = w > 0.0 && level > top ? level : top;`;
  const add = (total: string): string => `if (w > 0.0) {${decay('power', depthOf(kind, 'reference', 'logits[index]'))}
${total} = ${total} + w * power;
}`;
  return `function (${parameters(kind)}, half) {
  const place = this.thread.x;
  const which = place < half ? 0.0 : 1.0;
  const piece = place - which * half;${lanes === 1 ? '\n  const row = piece;' : placeOf('piece', lanes, 'row', 'lane')}
  const start = row * ${literal(classes)};
  ${kind.answers === 'index' ? 'const label = answers[row];' : ''}
  let top = ${LOWEST};
  for (let turn = 0; turn < ${turns}; turn++) {
    ${entry('turn', raise)}
  }
  let value = top;
  if (which > 0.5) {
    const reference = Math.floor(top) + 1.0;
    ${sumByFours('sum', turns, 1, (turn, total) => entry(turn, add(total)))}
    value = sum;
  }
  return value;
}`;
}

/**
 * `[3 * rows]`: each row's reference, its sum s = Σ w e^z / e^reference, and its share (Σ y) factor / s, with which its terms
 * become the gradient; 0 for a row that is out, NaN for a row without a distribution. SPEC N2.
 *
 * Takes the parts, and (Σ y) factor of each row, `[rows]`.
 */
export function softmaxRows({ lanes }: Pick<SoftmaxKind, 'lanes'>): string {
  const zero = literal(PLACE_OF_ZERO);
  return `function (parts, factors, rows, half) {
  const place = this.thread.x;
  let field = 0.0;
  if (place >= rows) { field = 1.0; }
  if (place >= 2.0 * rows) { field = 2.0; }
  const row = place - field * rows;
  const start = row * ${literal(lanes)};
  let top = ${LOWEST};
  for (let lane = 0; lane < ${lanes}; lane++) {
    const level = parts[start + lane];
    top = level > top ? level : top;
  }
  const whole = Math.floor(top);
  ${sumByFours(
    'sum',
    lanes,
    1,
    (lane, total) => `const gap = (whole - Math.floor(parts[start + ${lane}])) * 4.0;
const step = gap < ${zero} ? gap : ${zero};
${total} = ${total} + parts[half + start + ${lane}] * this.constants.powers[step];`,
  )}
  const factor = factors[row];
  let value = field < 0.5 ? whole + 1.0 : sum;
  if (field > 1.5) {
    value = sum > 0.0 ? factor / sum : ${NAN};
    value = factor > 0.0 ? value : 0.0;
  }
  return value;
}`;
}

/**
 * `[rows]`: weight Σ_j y_ij (log s + reference - z_ij). Takes logits, answers, rows as {@link softmaxRows} gives them, and the
 * row weights `[rows]`; behind them, for target rows, each row's Σ y.
 */
export function softmaxLosses({ answers, classes }: Pick<SoftmaxKind, 'answers' | 'classes'>): string {
  const mass = answers === 'index' ? '1.0' : 'weights[rows + row]';
  const pull =
    answers === 'index'
      ? 'const pull = reference - logits[start + answers[row]];'
      : sumByFours(
          'pull',
          classes,
          1,
          (column, total) => `const y = answers[start + ${column}];
${total} = ${total} + (y > 0.0 ? y * (reference - logits[start + ${column}]) : 0.0);`,
        );
  return `function (logits, answers, sums, weights, rows) {
  const row = this.thread.x;
  const weight = weights[row];
  const sum = sums[rows + row];
  let loss = 0.0;
  if (weight > 0.0) {
    const reference = sums[row];
    const start = row * ${literal(classes)};
    ${pull}${logarithm('logs', 'sum')}
    loss = sum > 0.0 ? weight * (${mass} * logs + pull) : ${NAN};
  }
  return loss;
}`;
}

/**
 * `[rows * classes]`: share w e^z / e^reference - factor y; a share of NaN must pass, for which WGSL's != is false. Takes what the parts take, rows as {@link softmaxRows} gives them,
 * and the factors, the row weights by the divisor, `[rows]`. SPEC X4, R5.
 */
export function softmaxGradient(kind: SoftmaxKind): string {
  const { answers, classes } = kind;
  return `function (${parameters(kind)}, sums, factors, rows) {
  const index = this.thread.x;${placeOf('index', classes)}
  ${answers === 'index' ? 'const label = answers[row];' : ''}
  ${weightOf(kind)}
  const share = sums[2.0 * rows + row];
  let slope = 0.0;
  if (w > 0.0 && !(share === 0.0)) {
    ${decay('power', depthOf(kind, 'sums[row]', 'logits[index]'))}
    slope = share * (w * power);
    ${
      answers === 'index'
        ? 'if (Math.abs(label - column) < 0.5) { slope = slope - factors[row]; }'
        : 'slope = slope - factors[row] * answers[index];'
    }
  }
  return slope;
}`;
}

function parameters({ shifts }: SoftmaxKind): string {
  return `logits, answers, weights${shifts ? ', shifts' : ''}`;
}

/** Declares `w`, the weight beside its shift, of `index` and `column`; and `shift`, where there are shifts. */
function weightOf({ answers, weights, shifts }: SoftmaxKind): string {
  const place = weights === 'class' ? 'column' : 'index';
  const own = (mine: string, other: string): string =>
    answers === 'index' ? `Math.abs(label - column) < 0.5 ? ${mine} : ${other}` : other;
  const shift = shifts ? `\nconst shift = ${own('0.0', `shifts[${place}]`)};` : '';
  return `const w = ${own('1.0', `weights[${place}]`)};${shift}`;
}

function levelOf({ shifts }: SoftmaxKind, z: string): string {
  return shifts ? `${z} + shift` : z;
}

/** How far below the reference an entry lies. */
function depthOf({ shifts }: SoftmaxKind, reference: string, z: string): string {
  return `${reference}${shifts ? ' - shift' : ''} - ${z}`;
}
