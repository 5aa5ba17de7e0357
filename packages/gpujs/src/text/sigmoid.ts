// The sigmoid form as two kernels, row losses and gradient. SPEC S1 to S3, N1 to N4.
//
// Both take: logits `[rows * classes]`; answers, the labels `[rows]` (-1 for none) or the targets `[rows * classes]`; and one
// factor a row, which is below 0 in a foreground row, where the gate is at work, and 0 in a row that is out. T is the constant
// `tail`, u stands for e^-|z|.

import { decay, literal, logOfOnePlus, logOfUpTo16 } from './arithmetic.ts';
import { placeOf, sumByFours } from './layout.ts';

/** Which labels a kernel reads: one a row, or one an entry. */
export type Answers = 'index' | 'rows';

/** `[rows]`: |factor| Σ_j w_ij (softplus(z_ij) - y_ij z_ij). The factors are the row weights. */
export function sigmoidLosses(answers: Answers, classes: number): string {
  const leaf = answers === 'index' ? leafOfLabels : leafOfTargets;
  return `function (logits, answers, factors) {
  const row = this.thread.x;
  const factor = factors[row];
  let loss = 0.0;
  if (factor !== 0.0) {
    const start = row * ${literal(classes)};
    ${answers === 'index' ? 'const label = answers[row];' : ''}
    ${sumByFours('sum', classes, 4, (first, total) => leaf(first, total, classes))}
    loss = Math.abs(factor) * sum;
  }
  return loss;
}`;
}

/** `[rows * classes]`: |factor| w_ij (σ(z_ij) - y_ij). The factors are the row weights by the divisor. SPEC S3, R5. */
export function sigmoidGradient(answers: Answers, classes: number): string {
  return `function (logits, answers, factors) {
  const index = this.thread.x;${placeOf('index', classes)}
  const factor = factors[row];
  const z = logits[index];${decay('u', 'Math.abs(z)')}
  let slope = 0.0;
  ${answers === 'index' ? SLOPE_OF_LABEL : SLOPE_OF_TARGET}
  return slope;
}`;
}

/**
 * Four entries with y = 0 or 1 and w = 0 or 1. With x = z, or -z for the label, each costs max(x, 0) + log(1 + u), and their
 * logarithms are one: log(1 + p), p = Π (1 + u) - 1, formed as p + u + p u, which loses nothing of a small u.
 *
 * A GPU's max(NaN, 0) is 0, but then u is NaN; and (x + |x|) / 2 is beyond single precision for the largest logits.
 */
function leafOfLabels(first: string, total: string, classes: number): string {
  const entries = fourOf(first, classes, (k, column) => {
    const own = `Math.abs(label - ${column}) < 0.5`;
    return `if (factor > 0.0 || this.constants.tail[${column}] < 0.5 || ${own}) {
const z${k} = logits[start + ${column}];
const x${k} = ${own} ? 0.0 - z${k} : z${k};
const size${k} = Math.abs(x${k});${decay(`u${k}`, `size${k}`)}
product = product + u${k} + product * u${k};
linear = linear + Math.max(x${k}, 0.0);
}`;
  });
  return `let product = 0.0;
let linear = 0.0;
${entries}${logOfUpTo16('logs', 'product')}
${total} = ${total} + (linear + logs);`;
}

/** Four entries with y and w anywhere in [0, 1]: w (y max(-z, 0) + (1 - y) max(z, 0) + log(1 + u)). 0 times infinity is 0: SPEC N2. */
function leafOfTargets(first: string, total: string, classes: number): string {
  const entries = fourOf(
    first,
    classes,
    (k, column) => `const y${k} = answers[start + ${column}];
const w${k} = factor < 0.0 && this.constants.tail[${column}] > 0.5 ? y${k} : 1.0;
if (w${k} > 0.0) {
const z${k} = logits[start + ${column}];
const size${k} = Math.abs(z${k});${decay(`u${k}`, `size${k}`)}${logOfOnePlus(`log${k}`, `u${k}`)}
const share${k} = z${k} < 0.0 ? y${k} : 1.0 - y${k};
const linear${k} = share${k} > 0.0 ? share${k} * size${k} : 0.0;
four = four + w${k} * (linear${k} + log${k});
}`,
  );
  return `let four = 0.0;
${entries}
${total} = ${total} + four;`;
}

function fourOf(first: string, classes: number, entry: (k: number, column: string) => string): string {
  return [0, 1, 2, 3]
    .map((k) => {
      const text = `const column${k} = ${first} + ${k};\n${entry(k, `column${k}`)}`;
      return classes % 4 === 0 ? text : `if (${first} + ${k} < ${classes}) {\n${text}\n}`;
    })
    .join('\n');
}

// ±σ(x), x as above: 1 / (1 + u) for x >= 0, else u / (1 + u), which keeps its digits. The 1 or u is the larger of u and a step
// from 0 to 1, again no branch to guess; where the step is not over yet, u is 1.
const SLOPE_OF_LABEL = `const turn = Math.abs(answers[row] - column) < 0.5 ? -1.0 : 1.0;
  if (factor > 0.0 || (factor < 0.0 && (turn < 0.0 || this.constants.tail[column] < 0.5))) {
    const step = Math.min(Math.max(turn * z * 1e10, 0.0), 1.0);
    slope = turn * Math.abs(factor) * (Math.max(u, step) / (1.0 + u));
  }`;

// σ(z) - y = (1 - y - y u) / (1 + u) for z >= 0, else ((1 - y) u - y) / (1 + u).
const SLOPE_OF_TARGET = `const y = answers[index];
  const w = factor < 0.0 && this.constants.tail[column] > 0.5 ? y : 1.0;
  if (factor !== 0.0 && w > 0.0) {
    const other = 1.0 - y;
    slope = Math.abs(factor) * w * ((z < 0.0 ? other * u - y : other - y * u) / (1.0 + u));
  }`;
