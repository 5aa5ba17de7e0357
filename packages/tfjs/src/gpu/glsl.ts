// What programs for webgl know of a block of two rows and two columns, in GLSL. SPEC S1, X1, N1, R3.

import { DECAY, SIGMOID, SOFTMAX } from './formulas.ts';
import type { Divisor } from './fused.ts';
import type { Variant } from './variant.ts';

/** The four entries of a block: an expression for each, of its component and of that of its row. */
export function inBlock(each: (component: string, row: string) => string): string {
  return [each('x', 'x'), each('y', 'x'), each('z', 'y'), each('w', 'y')].join(',\n    ');
}

/** The formulas of the form. */
export function formText({ form }: Variant): string {
  return DECAY + (form === 'sigmoid' ? SIGMOID : SOFTMAX);
}

/** Statements that read rows i and i + 1: `labels`, `weights`, `kept` (0 for a row that is out), and `mass` (E or Σ y). */
export const ROW_PAIR = `
  ivec2 labels;
  vec2 weights;
  vec2 kept;
  vec2 mass;
  readRows(i, labels, weights, kept, mass);`;

/** Statements that read `reference` and `s` of rows i and i + 1. */
export const STATS_PAIR = `
    vec4 stats = getStats(i, 0);
    vec2 reference = stats.xz;
    vec2 s = stats.yw;`;

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
  const { form, soft } = variant;
  const answers = soft
    ? 'return getY(i, j);'
    : `return vec4(${inBlock((c, r) => `choose(${c === 'x' || c === 'z' ? 'j' : 'j + 1'} == labels.${r}, 1., 0.)`)});`;
  const second = (c: string) => classes % 2 === 1 && (c === 'y' || c === 'w');
  const keeps = (c: string, r: string) => `kept.${r} > 0.${second(c) ? ` && j + 1 < ${classes}` : ''}`;
  const own = (c: string, r: string) =>
    form === 'sigmoid' ? `weightOf(y.${c}, mass.${r}, t.${columnOf(c)})` : `weightOf(y.${c}, v.${c})`;
  return `
vec4 answersAt(int i, int j, ivec2 labels) {
  ${answers}
}
vec4 weightsAt(int i, int j, vec4 y, vec2 kept, vec2 mass) {
  ${form === 'sigmoid' ? 'vec4 t = getTail(0, j);' : vText(variant)}
  return vec4(${inBlock((c, r) => `choose(${keeps(c, r)}, ${own(c, r)}, 0.)`)});
}`;
}

// A bad β makes its row NaN, whichever entry it is of: SPEC X1, X5.
function vText({ weights, weightsPer }: Variant): string {
  const given = weights === 'v' ? 'V' : 'Beta';
  const at = { batch: `get${given}(0, 0).xxxx`, class: `get${given}(0, j).xyxy`, element: `get${given}(i, j)` }[
    weightsPer
  ];
  if (weights === 'v') return `vec4 v = ${at};`;
  return `vec4 beta = ${at};
  vec4 t = getTail(0, j);
  vec4 v = vec4(${inBlock((c) => `vOf(beta.${c}, t.${columnOf(c)})`)});`;
}

/** A list of one value a class lies in the upper row of its blocks. */
function columnOf(component: string): string {
  return component === 'x' || component === 'z' ? 'x' : 'y';
}

/** `divisorOf()`. */
export function divisorText(divisor: Divisor): string {
  const value = typeof divisor === 'number' ? 'divisor' : 'getCount(0).x * 1024. + getCount(0).y';
  return `float divisorOf() {\n  return ${value};\n}`;
}
