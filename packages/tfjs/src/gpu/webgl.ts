// The programs for the webgl backend, in GLSL ES 1.00 and 3.00. Textures are packed, as those of its matrix products are: a
// texel holds a block of two rows i, i + 1 by two columns j, j + 1, as [i, j], [i, j + 1], [i + 1, j], [i + 1, j + 1].
// Reading costs more than computing, and so is a quarter of what it would be. Shapes are compiled in, since loops want constant
// bounds there.

import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.ts';
import { type Divisor, fusedEngine } from './fused.ts';
import { answersAndWeights, divisorText, formText, inBlock, ROW_PAIR, rowPairText, STATS_PAIR } from './glsl.ts';
import { mergeText, partText, texelsOf } from './glsl-softmax.ts';
import { codeOf, countedText, infoArguments, infoText } from './info.ts';
import { runKernel } from './kernel.ts';
import { addedTo, GLSL_WORDS, literal } from './language.ts';
import { type Cut, partsOf, uncut, within } from './parts.ts';
import { ENTRY_INPUTS, pick, type Variant } from './variant.ts';

/** Computes on the webgl backend of tfjs. */
export const webglEngine: Engine = fusedEngine({
  isHalf,
  info(inputs, rows, variant) {
    const { targets, classes } = variant;
    const pairs = Math.ceil(classes / 2);
    const edge = classes % 2 === 0 ? '' : `if (2 * k + 1 >= ${classes}) { y.y = 0.; y.w = 0.; }`;
    const sums = `
vec4 targetsAt(int i, int k) {
  vec4 y = getTargets(i, 2 * k);
  ${edge}
  return y;
}
vec4 badAt(int i, int k) {
  vec4 y = targetsAt(i, k);
  return vec4(isOutside(y.x), isOutside(y.y), isOutside(y.z), isOutside(y.w));
}`;
    const slot = (s: string, row: 0 | 1) => {
      const [code, weight, mass, sum, bad] =
        row === 0 ? ['code.x', 'a.y', 'b.x', 'sums.x', 'bads.x'] : ['code.y', 'a.w', 'b.z', 'sums.y', 'bads.y'];
      const own = infoArguments(variant, (name) => `${name}Pair.${row === 0 ? 'x' : 'y'}`);
      return `infoOf(${s}, ${code}, ${weight}, ${mass}, ${own}, ${sum}, ${bad})`;
    };
    const lists = ['labels', 'rowWeights', 'foreground'].filter((name) => name in inputs);
    const body = `${infoText(variant)}
${targets ? sums : ''}
void main() {
  ivec2 at = getOutputCoords();
  int i = at.x;
  vec4 a = getHost(i, 0);
  vec4 b = getHost(i, 2);
  vec2 code = vec2(${codeOf(variant.half, 'a.x', 'b.y')}, ${codeOf(variant.half, 'a.z', 'b.w')});
  ${lists.map((name) => `vec2 ${name}Pair = get${name[0].toUpperCase()}${name.slice(1)}(i).xy;`).join('\n  ')}
  vec4 total = vec4(0.);
  vec4 wrong = vec4(0.);
  ${targets ? addedTo('total', pairs, 'targetsAt(i, k)', '', 'vec4') : ''}
  ${targets ? addedTo('wrong', pairs, 'badAt(i, k)', '', 'vec4') : ''}
  vec2 sums = total.xz + total.yw;
  vec2 bads = wrong.xz + wrong.yw;
  int s = at.y;
  setOutput(vec4(${slot('s', 0)}, ${slot('s + 1', 0)}, ${slot('s', 1)}, ${slot('s + 1', 1)}));
}`;
    return run({ name: 'RowInfo', inputs, shape: [rows, 4], body });
  },
  count(info) {
    const rows = info.shape[0];
    const body = `
vec2 counted(int i) {
  vec4 a = getInfo(i, 0);
  ${isHalf() ? 'vec4 b = getInfo(i, 2);' : ''}
  float second = ${countedText(codeOf(isHalf(), 'a.z', 'b.w'))};
  return vec2(${countedText(codeOf(isHalf(), 'a.x', 'b.y'))}, choose(i + 1 < ${rows}, second, 0.));
}
void main() {
  vec2 pair = vec2(0.);
${addedTo('pair', Math.ceil(rows / 2), 'counted(2 * k)', '', 'vec2')}
  float count = max(pair.x + pair.y, 1.);
  float high = floor(count / 1024.);
  setOutput(vec4(high, count - 1024. * high, 0., 0.));
}`;
    return run({ name: 'Count', inputs: { info }, shape: [2], body });
  },
  rowLosses(inputs, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const cut = partsOf(classes);
    const body = `${sigmoidRowsText(rows, classes, cut, variant)}
void main() {
  ivec2 at = getOutputCoords();
  setOutput(lossesOf(at.x, at.y / 2 * ${cut.width}));
}`;
    return run({ name: 'SigmoidRows', inputs: pick(inputs, ENTRY_INPUTS), shape: [rows, 2 * cut.parts], body });
  },
  wholeRowLosses(inputs, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const body = `${sigmoidRowsText(rows, classes, uncut(classes), variant)}
void main() {
  vec4 losses = lossesOf(getOutputCoords(), 0);
  setOutput(vec4(losses.x + losses.y, losses.z + losses.w, 0., 0.));
}`;
    return run({ name: 'SigmoidRows', inputs: pick(inputs, ENTRY_INPUTS), shape: [rows], body });
  },
  stats(inputs, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const cut = partsOf(classes);
    const shape = [rows, 2 * texelsOf(cut, variant)];
    const entries = pick(inputs, ENTRY_INPUTS);
    const parted = run({ name: 'SoftmaxParts', inputs: entries, shape, body: partText(rows, classes, cut, variant) });
    return run({
      name: 'SoftmaxRows',
      inputs: { ...entries, parted },
      shape: [rows, 4],
      body: mergeText(rows, classes, cut, variant),
    });
  },
  rowTotals(values, from) {
    const [rows, n] = values.shape as [number, number];
    const body = `
void main() {
  int i = getOutputCoords();
  int odd = imod(i, 2);
  vec4 total = vec4(0.);
${addedTo('total', (n - from) / 2, `getValues(i - odd, ${from} + 2 * k)`, '', 'vec4')}
  setOutput(choose(odd == 0, total.x + total.y, total.z + total.w));
}`;
    return run({ name: 'RowTotals', inputs: { values }, shape: [rows], body, packed: false });
  },
  total(values, from, divisor) {
    const [rows, n] = values.shape as [number, number];
    const pairs = Math.ceil(rows / 2);
    const columns = (n - from) / 2;
    // One fragment after the other would take longer than a program more: sums of many rows first.
    if (pairs > BLOCK && pairs * columns > LONGEST) return this.total(foldedRows(values), from, divisor);
    const body = `${divisorText(divisor)}
vec4 columnsAt(int i) {
  vec4 sum = vec4(0.);
${addedTo('sum', columns, `getValues(i, ${from} + 2 * k)`, '', 'vec4')}
  return sum;
}
void main() {
  vec4 total = vec4(0.);
${addedTo('total', pairs, 'columnsAt(2 * k)', '', 'vec4')}
  setOutput((total.x + total.y + (total.z + total.w)) / divisorOf());
}`;
    const inputs: Record<string, tf.Tensor> = typeof divisor === 'number' ? { values } : { values, count: divisor };
    return run({ name: 'Total', inputs, shape: [], body, divisor, packed: false });
  },
  gradient(inputs, dy, divisor, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const slopes =
      variant.form === 'sigmoid'
        ? inBlock((c) => `slopeOf(z.${c}, y.${c}, w.${c})`)
        : inBlock((c, r) => `slopeOf(z.${c}, y.${c}, w.${c}, reference.${r}, share.${r})`);
    const body = `${divisorText(divisor)}
${formText(variant)}
${rowPairText(rows, variant)}
${answersAndWeights(classes, variant)}
void main() {
  ivec2 at = getOutputCoords();
  int i = at.x;
  int j = at.y;
${ROW_PAIR}
  vec4 result = vec4(0.);
  if (kept.x + kept.y > 0.) {
    vec4 y = answersAt(i, j, labels);
    vec4 w = weightsAt(i, j, y, kept, mass);
    vec4 z = getZ(i, j);
    vec2 upstream = ${dy.rank === 0 ? 'getDy().xx' : 'getDy(i).xy'} * weights / divisorOf();
${variant.form === 'softmax' ? STATS_PAIR : ''}
    vec4 slope = vec4(${slopes});
    result = vec4(${inBlock((c, r) => `choose(w.${c} == 0., 0., slope.${c} * upstream.${r})`)});
  }
  setOutput(result);
}`;
    return run({
      name: variant.form === 'sigmoid' ? 'SigmoidGradient' : 'SoftmaxGradient',
      inputs: { ...pick(inputs, [...ENTRY_INPUTS, 'stats', 'count']), dy },
      shape: [rows, classes],
      body,
      divisor,
    });
  },
});

/** `lossesOf(i, first)`: weighted losses of rows i and i + 1, of a part that begins at a column, by even and odd columns. */
function sigmoidRowsText(rows: number, classes: number, cut: Cut, variant: Variant): string {
  return `${formText(variant)}
${rowPairText(rows, variant)}
${answersAndWeights(classes, variant)}
vec4 lossesAt(int i, int j, ivec2 labels, vec2 kept, vec2 mass) {
  vec4 z = getZ(i, j);
  vec4 y = answersAt(i, j, labels);
  vec4 w = weightsAt(i, j, y, kept, mass);
  return vec4(${inBlock((c) => `lossOf(z.${c}, y.${c}, w.${c})`)});
}
vec4 lossesOf(int i, int first) {
${ROW_PAIR}
  vec4 total = vec4(0.);
  if (kept.x + kept.y > 0.) {
${addedTo('total', cut.width / 2, 'lossesAt(i, first + 2 * k, labels, kept, mass)', within(classes, cut), 'vec4')}
  }
  return vec4(choose(kept.x > 0., weights.x * total.x, 0.), choose(kept.x > 0., weights.x * total.y, 0.),
    choose(kept.y > 0., weights.y * total.z, 0.), choose(kept.y > 0., weights.y * total.w, 0.));
}`;
}

/** Blocks that one fragment adds up at most in the last program. */
const LONGEST = 2048;

/** Pairs of rows that one adds up before that, where there are more. */
const BLOCK = 128;

/** Sums of the same columns and the same row of a pair over many pairs of rows. */
function foldedRows(values: tf.Tensor): tf.Tensor {
  const [rows, n] = values.shape as [number, number];
  const pairs = Math.ceil(rows / 2);
  const folded = Math.ceil(pairs / BLOCK);
  const body = `
void main() {
  ivec2 at = getOutputCoords();
  int first = at.x * ${BLOCK};
  vec4 total = vec4(0.);
${addedTo('total', BLOCK, 'getValues(first + 2 * k, at.y)', pairs % BLOCK === 0 ? '' : `first + 2 * k < ${rows}`, 'vec4')}
  setOutput(total);
}`;
  return run({ name: 'Folded', inputs: { values }, shape: [2 * folded, n], body });
}

function isHalf(): boolean {
  return !tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
}

interface Backend {
  compileAndRun(
    program: Program,
    inputs: readonly tf.TensorInfo[],
    dtype: 'float32',
    uniforms?: readonly (readonly number[])[],
  ): tf.TensorInfo;
}

interface Program {
  readonly variableNames: readonly string[];
  readonly outputShape: readonly number[];
  readonly packedInputs: true;
  readonly packedOutput: boolean;
  readonly userCode: string;
  readonly customUniforms?: readonly { readonly name: string; readonly type: 'float' }[];
}

interface Order {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly shape: readonly number[];
  readonly body: string;
  readonly divisor?: Divisor;
  /** Whether the output is. Default: true. */
  readonly packed?: boolean;
}

function run({ name, inputs, shape, body, divisor, packed = true }: Order): tf.Tensor {
  const uniform = typeof divisor === 'number' ? [[divisor]] : undefined;
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape: shape,
    packedInputs: true,
    packedOutput: packed,
    userCode: `${GLSL_WORDS}${specialText()}\n${body}`,
    ...(uniform && { customUniforms: [{ name: 'divisor', type: 'float' }] }),
  };
  return runKernel(name, inputs, (backend, tensors) =>
    (backend as Backend).compileAndRun(program, tensors, 'float32', uniform),
  );
}

// By bits where there are any: compilers may take isnan() for false.
function specialText(): string {
  const hasBits = tf.env().getNumber('WEBGL_VERSION') === 2;
  const steps = [64, 32, 16, 8, 4, 2, 1].map(
    (bit) => `value *= choose(rest >= ${bit}., ${literal(2 ** -bit)}, 1.);
  rest -= choose(rest >= ${bit}., ${bit}., 0.);`,
  );
  const product = `f32 value = 1.;
  f32 rest = k;
  ${steps.join('\n  ')}
  return value;`;
  return `
f32 notANumber() {
  return NAN;
}
f32 opaque(f32 x) {
  return ${hasBits ? 'uintBitsToFloat(floatBitsToUint(x))' : 'x'};
}
f32 twoToMinus(f32 k) {
  ${hasBits ? 'return uintBitsToFloat(uint(127 - int(k)) << 23u);' : product}
}
bool isBad(f32 x) {
  return ${hasBits ? '(floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u' : 'isnan(x)'};
}`;
}
