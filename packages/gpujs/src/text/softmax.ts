// The softmax form as four kernels: parts of rows, rows, row losses, gradient. SPEC X1 to X4, N1 to N4.
//
// A row's terms are w e^z. They are summed relative to e^reference, where the reference is a whole number above every included
// logit: no term overflows, and the largest does not underflow. The host gives w as weight e^shift. The shift is 0 but for tiny
// weights, where it is a whole number near log w: an entry of tiny weight that holds the largest logit would underflow all others,
// and log s would cancel. The level of an entry is z + shift.
//
// A term is weight e^-(reference - shift - z): a difference of two exact numbers, rounded once, so that a term is off by as many
// units of 2^-24 as the exponent says, which the term itself outweighs. Exact are levels up to 2^24; SPEC N3 asks for 1e4.
//
// A row is cut into `lanes` parts, of which part l has the columns l, l + lanes, …: threads beside each other read numbers beside
// each other. Each part is summed relative to its own reference, so that one launch finds both.
//
// An index label's own term is kept out of the sum s, which then is that of the rest: log(D / e^z_y) = log(1 + rest / own) and
// p_y - 1 = -rest / D do not cancel, so that a small loss, or one with a large row weight, keeps its digits. Target rows have no
// such entry: their errors are those of 1 times the row weight.
//
// Kernels that read entries take: logits `[rows * classes]`; answers, the labels `[rows]` or the targets `[rows * classes]`;
// weights and, where there are any, shifts, both `[classes]` or `[rows * classes]`. A label's own weight is 1 (SPEC X1), which
// index labels say by themselves. `rows` and `half`, rows * lanes, are numbers. In mode webasm a small batch is padded to the
// largest, and four threads take both branches of an `if` together: whatever a thread comes to, it must find something to read.

import { decay, LARGEST, literal, logarithm, logOfOnePlus, PLACE_OF_NAN, PLACE_OF_ZERO } from './arithmetic.ts';
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

/** How many numbers {@link softmaxParts} makes of `rows` rows. */
export function sizeOfParts({ answers, lanes }: Pick<SoftmaxKind, 'answers' | 'lanes'>, rows: number): number {
  return 2 * rows * lanes + (answers === 'index' ? rows : 0);
}

/** How many numbers {@link softmaxRows} makes of `rows` rows. */
export function sizeOfRows({ answers }: Pick<SoftmaxKind, 'answers'>, rows: number): number {
  return (answers === 'index' ? 4 : 3) * rows;
}

/**
 * Of each part the largest level, -3.4e38 where there is none; then of each part Σ w e^z / e^reference with the reference
 * floor(level) + 1, NaN where an included logit is NaN or +Infinity. The sum leaves an index label out; the labels' own logits
 * follow, so that no other kernel needs the logits for them: whoever has them on the host uploads them for each.
 */
export function softmaxParts(kind: SoftmaxKind): string {
  const { answers, classes, lanes } = kind;
  const turns = Math.ceil(classes / lanes);
  const entry = (turn: string, then: string): string => {
    const text = `const index = start + column;\n${weightOf(kind)}\n${then}`;
    return `const column = ${lanes === 1 ? turn : `lane + ${turn} * ${lanes}`};
${classes % lanes === 0 ? text : `if (column < ${classes}) {\n${text}\n}`}`;
  };
  const raise = `const level = ${levelOf(kind, 'logits[index]')};\ntop = w > 0.0 && level > top ? level : top;`;
  const isOther = answers === 'index' ? ' && Math.abs(label - column) > 0.5' : '';
  const add = (
    total: string,
  ): string => `if (w > 0.0${isOther}) {${decay('power', depthOf(kind, 'reference', 'logits[index]'))}
${total} = ${total} + w * power;
}`;
  const sums = `
  const which = place < half ? 0.0 : 1.0;
  const piece = Math.min(place - which * half, half - 1.0);${lanes === 1 ? '\n  const row = piece;' : placeOf('piece', lanes, 'row', 'lane')}
  const start = row * ${literal(classes)};
  ${answers === 'index' ? 'const label = answers[row];' : ''}
  let top = ${LOWEST};
  for (let turn = 0; turn < ${turns}; turn++) {
    ${entry('turn', raise)}
  }
  value = top;
  if (which > 0.5) {
    const reference = Math.floor(top) + 1.0;
    ${sumByFours('sum', turns, 1, (turn, total) => entry(turn, add(total)))}
    value = sum;
  }`;
  const own = `
  const line = Math.max(Math.min(place - 2.0 * half, rows - 1.0), 0.0);
  const mark = answers[line];
  if (mark > -0.5) { value = logits[line * ${literal(classes)} + Math.max(mark, 0.0)]; }`;
  return `function (${parameters(kind)}, rows, half) {
  const place = this.thread.x;
  let value = 0.0;
  ${answers === 'index' ? `if (place >= 2.0 * half) {${own}\n} else {${sums}\n}` : sums}
  return value;
}`;
}

/**
 * Each row's reference; its sum s = Σ w e^z / e^reference, which leaves an index label out; its share, with which a term becomes
 * (Σ y) times its probability, NaN for a row without a distribution (SPEC N2); and its label's logit, for index labels.
 *
 * Takes the parts, and Σ y of each row, `[rows]`, 0 for a row that is out.
 */
export function softmaxRows({ answers, lanes }: Pick<SoftmaxKind, 'answers' | 'lanes'>): string {
  const zero = literal(PLACE_OF_ZERO);
  const own = answers === 'index' ? ownTerm('parts[2.0 * half + row]', 'whole + 1.0') : 'const own = 0.0;';
  return `function (parts, masses, rows, half) {
  const place = this.thread.x;
  let field = 0.0;
  if (place >= rows) { field = 1.0; }
  if (place >= 2.0 * rows) { field = 2.0; }
  ${answers === 'index' ? 'if (place >= 3.0 * rows) { field = 3.0; }' : ''}
  const row = Math.min(place - field * rows, rows - 1.0);
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
  const mass = masses[row];
  let value = field < 0.5 ? whole + 1.0 : sum;
  if (field > 1.5) {
    value = 0.0;
    if (mass > 0.0) {
      ${own}
      const all = sum + own;
      value = all > 0.0 ? mass / all : ${NAN};
    }
  }
  ${answers === 'index' ? 'if (field > 2.5) { value = parts[2.0 * half + row]; }' : ''}
  return value;
}`;
}

/**
 * `[rows]`: weight Σ_j y_ij (log D_i - z_ij). Takes rows as {@link softmaxRows} gives them, and the row weights `[rows]`; for target
 * rows logits and answers before them, and each row's Σ y behind the weights.
 */
export function softmaxLosses({ answers, classes }: Pick<SoftmaxKind, 'answers' | 'classes'>): string {
  const loss = answers === 'index' ? LOSS_OF_LABEL : lossOfTargets(classes);
  return `function (${answers === 'index' ? '' : 'logits, answers, '}sums, weights, rows) {
  const row = this.thread.x;
  const weight = weights[row];
  let loss = 0.0;
  if (weight > 0.0) {
    const reference = sums[row];
    const sum = sums[rows + row];
    ${loss}
  }
  return loss;
}`;
}

/** log(1 + rest / own) where the label outweighs the rest, else reference - z_y + log(own + rest), which is at least log 2. */
const LOSS_OF_LABEL = `const z = sums[3.0 * rows + row];${ownTerm('z', 'reference')}
    if (sum <= own) {
      const part = own > 0.0 ? sum / own : ${NAN};${logOfOnePlus('small', 'part')}
      loss = weight * small;
    } else {
      const all = sum + own;${logarithm('logs', 'all')}
      loss = all > 0.0 ? weight * (reference - z + logs) : ${NAN};
    }`;

/** (Σ y) log s + Σ y (reference - z). */
function lossOfTargets(classes: number): string {
  return `const start = row * ${literal(classes)};
    ${sumByFours(
      'pull',
      classes,
      1,
      (column, total) => `const y = answers[start + ${column}];
${total} = ${total} + (y > 0.0 ? y * (reference - logits[start + ${column}]) : 0.0);`,
    )}${logarithm('logs', 'sum')}
    loss = sum > 0.0 ? weight * (weights[rows + row] * logs + pull) : ${NAN};`;
}

/** Declares `own` = e^z / e^reference. */
function ownTerm(z: string, reference: string): string {
  return decay('own', `${reference} - ${z}`);
}

/**
 * `[rows * classes]`: factor ((Σ y) p - y). Takes what the parts take, rows as {@link softmaxRows} gives them, and the factors, the
 * row weights by the divisor, `[rows]`. SPEC X4, R5.
 */
export function softmaxGradient(kind: SoftmaxKind): string {
  const { answers, classes } = kind;
  const other = `${decay('power', depthOf(kind, 'sums[row]', 'logits[index]'))}`;
  return `function (${parameters(kind)}, sums, factors, rows) {
  const index = this.thread.x;${placeOf('index', classes)}
  ${answers === 'index' ? 'const label = answers[row];' : ''}
  ${weightOf(kind)}
  const factor = factors[row];
  let slope = 0.0;
  if (w > 0.0 && factor > 0.0) {
    const share = sums[2.0 * rows + row];
    ${
      answers === 'index'
        ? `if (Math.abs(label - column) < 0.5) {
      slope = factor * (0.0 - share * sums[rows + row]);
    } else {
      ${other}
      slope = factor * (share * (w * power));
    }`
        : `const y = answers[index];
    if (share === 0.0) { slope = 0.0 - factor * y; } else {
      ${other}
      slope = factor * (share * (w * power) - y);
    }`
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
