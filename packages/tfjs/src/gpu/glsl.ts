// What programs for webgl know of a block of two rows and two columns, in GLSL. SPEC S1, X1, N1, R3.

import { DECAY, sigmoidText, softmaxText } from './formulas.ts';
import type { Divisor } from './fused.ts';
import { literal } from './language.ts';
import { digitsOf, type Variant } from './variant.ts';

/** The four entries of a block: an expression for each, of its component and of that of its row. */
export function inBlock(each: (component: string, row: string) => string): string {
  return [each('x', 'x'), each('y', 'x'), each('z', 'y'), each('w', 'y')].join(',\n    ');
}

/** The formulas of the form. */
export function formText({ form, soft, tiny }: Variant): string {
  return DECAY + (form === 'sigmoid' ? sigmoidText(soft) : softmaxText(tiny));
}

/** Statements that read rows i and i + 1: `labels`, `weights`, `kept` (0 for a row that is out), and `mass` (E or Σ y). */
export const ROW_PAIR = `
  ivec2 labels;
  vec2 weights;
  vec2 kept;
  vec2 mass;
  readRows(i, labels, weights, kept, mass);`;

/** Statements that read `reference` and `share` of rows i and i + 1. */
export const STATS_PAIR = `
    vec4 stats = getStats(i, 0);
    vec2 reference = stats.xz;
    vec2 share = vec2(shareOf(stats.y, mass.x), shareOf(stats.w, mass.y));`;

/** `readRows`, see {@link ROW_PAIR}. Index labels need no mass in the softmax form. */
export function rowPairText(rows: number, { form, soft, half }: Variant): string {
  const needsSecond = half || soft || form === 'sigmoid';
  const high = half ? ' + 1024. * vec2(b.y, b.w)' : '';
  return `
void readRows(int i, out ivec2 labels, out vec2 weights, out vec2 kept, out vec2 mass) {
  vec4 a = getInfo(i, 0);
  ${needsSecond ? 'vec4 b = getInfo(i, 2);' : ''}
  labels = ivec2(a.xz${high});
  weights = a.yw;
  mass = ${needsSecond ? 'b.xz' : 'vec2(1.)'};
  kept.x = choose(!isBad(weights.x) && weights.x == 0., 0., 1.);
  kept.y = choose(i + 1 >= ${rows} || (!isBad(weights.y) && weights.y == 0.), 0., 1.);
}`;
}

/** `answersAt`: y. `weightsAt`: w; 0 also where the row is out, or where there is no column. */
export function answersAndWeights(classes: number, variant: Variant): string {
  const { form, soft, weights } = variant;
  const answers = soft
    ? 'return getY(i, j);'
    : `return vec4(${inBlock((c, r) => `choose(${isFirst(c) ? 'j' : 'j + 1'} == labels.${r}, 1., 0.)`)});`;
  // What the host wrote for columns that are not there excludes them; a tail mask and a β of the GPU do not.
  const ragged = classes % 2 === 1 && weights !== 'v' && weights !== 'bits';
  const keeps = (c: string, r: string) => `kept.${r} > 0.${ragged && !isFirst(c) ? ' && both' : ''}`;
  return `
vec4 answersAt(int i, int j, ivec2 labels) {
  ${answers}
}
vec4 weightsAt(int i, int j, vec4 y, vec2 kept, vec2 mass) {
  ${form === 'sigmoid' ? sigmoidWeights : softmaxWeights(variant)}
  ${ragged ? `bool both = j + 1 < ${classes};` : ''}
  return vec4(${inBlock((c, r) => `choose(${keeps(c, r)}, w.${c}, 0.)`)});
}`;
}

const sigmoidWeights = `vec4 t = getTail(0, j);
  vec4 w = vec4(${inBlock((c, r) => `weightOf(y.${c}, mass.${r}, t.${columnOf(c)})`)});`;

// A bad β makes its row NaN, whichever entry it is of: SPEC X1, X5.
function softmaxWeights({ weights, weightsPer, soft, half }: Variant): string {
  const given = weights === 'beta' ? 'Beta' : 'V';
  const at = { batch: `get${given}(0, 0).xxxx`, class: `get${given}(0, j).xyxy`, element: `get${given}(i, j)` }[
    weightsPer
  ];
  const general = `vec4 w = vec4(${inBlock((c) => `weightOf(y.${c}, v.${c})`)});`;
  if (weights === 'beta') {
    return `vec4 beta = ${at};
  vec4 t = getTail(0, j);
  vec4 v = vec4(${inBlock((c) => `vOf(beta.${c}, t.${columnOf(c)})`)});
  ${general}`;
  }
  const v = weights === 'v' ? `vec4 v = ${at};` : bitsText(digitsOf(half));
  return `${v}
  ${soft ? general : 'vec4 w = max(y, v);'}`;
}

// Column j is digit j % digits of its number; j is even, so are the digits. By exact products: shifts are not in GLSL ES 1.00.
function bitsText(digits: number): string {
  const steps = [8, 4, 2].filter((bit) => bit < digits);
  return `int number = j / ${digits};
  float digit = float(j - number * ${digits});
  vec4 pair = getBits(i, number - imod(number, 2));
  vec2 bits = imod(number, 2) == 0 ? pair.xz : pair.yw;
  ${steps
    .map(
      (bit) =>
        `bits *= choose(digit >= ${bit}., ${literal(2 ** -bit)}, 1.); digit -= choose(digit >= ${bit}., ${bit}., 0.);`,
    )
    .join('\n  ')}
  bits = floor(bits);
  vec2 halves = floor(bits * 0.5);
  vec2 quarters = floor(bits * 0.25);
  vec2 first = bits - 2. * halves;
  vec2 second = halves - 2. * quarters;
  vec4 v = 1. - vec4(first.x, second.x, first.y, second.y);`;
}

function isFirst(component: string): boolean {
  return component === 'x' || component === 'z';
}

/** A list of one value a class lies in the upper row of its blocks. */
function columnOf(component: string): string {
  return isFirst(component) ? 'x' : 'y';
}

/** `divisorOf()`. */
export function divisorText(divisor: Divisor): string {
  const value = typeof divisor === 'number' ? 'divisor' : 'getCount(0).x * 1024. + getCount(0).y';
  return `float divisorOf() {\n  return ${value};\n}`;
}
