// The programs for the webgl backend: one fragment an output, GLSL ES 1.00 and 3.00. Shapes are compiled in, since loops want
// constant bounds there.

import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.ts';
import { entryText, gradientText, IGNORED, LABEL, LABEL_HIGH, MASS, WEIGHT } from './entries.ts';
import { LOWEST } from './formulas.ts';
import { type Divisor, fusedEngine } from './fused.ts';
import { infoText } from './info.ts';
import { runKernel } from './kernel.ts';
import { addedTo, GLSL_WORDS } from './language.ts';
import { ENTRY_INPUTS, pick } from './variant.ts';

/** Computes on the webgl backend of tfjs. */
export const webglEngine: Engine = fusedEngine({
  isHalf,
  info(inputs, rows, variant) {
    const { targets, classes } = variant;
    const sum = (into: string, value: string) => (targets ? addedTo(into, classes, value) : '');
    const body = `${infoText(variant)}
void main() {
  ivec2 at = getOutputCoords();
  f32 mass = 0.;
  f32 bad = 0.;
  if (at.y == ${MASS} || at.y == ${WEIGHT}) {
${sum('mass', 'getTargets(at.x, k)')}
${sum('bad', 'badTargetAt(at.x, k)')}
  }
  setOutput(infoAt(at.x, at.y, mass, bad));
}`;
    return run('RowInfo', inputs, [rows, 4], body);
  },
  count(info) {
    const rows = info.shape[0];
    const body = `
f32 counted(i32 i) {
  if (getInfo(i, ${LABEL})${isHalf() ? ` + 1024. * getInfo(i, ${LABEL_HIGH})` : ''} == ${IGNORED}.) { return 0.; }
  return 1.;
}
void main() {
  i32 slot = getOutputCoords();
  f32 count = 0.;
${addedTo('count', rows, 'counted(k)')}
  count = max(count, 1.);
  f32 high = floor(count / 1024.);
  if (slot == 0) { setOutput(high); } else { setOutput(count - 1024. * high); }
}`;
    return run('Count', { info }, [2], body);
  },
  rowLosses(inputs, variant) {
    const [rows, classes] = inputs.z.shape;
    const { parts, width } = partsOf(classes);
    const body = `${entryText(variant)}
void main() {
  ivec2 at = getOutputCoords();
  i32 i = at.x;
  i32 first = at.y * ${width};
  f32 weight = getInfo(i, ${WEIGHT});
  f32 total = 0.;
  if (!isOut(weight)) {
    i32 label = labelOf(i);
    f32 e = getInfo(i, ${MASS});
${addedTo('total', width, 'lossAt(i, first + k, label, e)', within(classes, width))}
    total *= weight;
  }
  setOutput(total);
}`;
    return run('SigmoidRows', pick(inputs, ENTRY_INPUTS), [rows, parts], body);
  },
  stats(inputs, variant) {
    const [rows, classes] = inputs.z.shape;
    const { parts, width } = partsOf(classes);
    const slots = variant.soft ? 4 : 2;
    const guard = within(classes, width);
    const entries = entryText(variant);
    // Fragments that do the same lie side by side: rows of the first slot, then of the second.
    const partial = `${entries}
void main() {
  ivec2 at = getOutputCoords();
  i32 slot = at.x / ${rows};
  i32 i = at.x - slot * ${rows};
  i32 first = at.y * ${width};
  f32 value = 0.;
  if (!isOut(getInfo(i, ${WEIGHT}))) {
    i32 label = labelOf(i);
    f32 reference = ${LOWEST};
    for (i32 k = 0; k < ${width}; k++) {
      ${guard === '' ? '' : `if (${guard}) `}{ reference = higher(reference, levelAt(i, first + k, label)); }
    }
${variant.half ? roundedForHalf(classes) : ''}
    if (slot == 0) { value = reference; }
    if (slot == 1) {
${addedTo('value', width, 'termAt(i, first + k, label, reference)', guard)}
    }
${variant.soft ? pulls(width, guard) : ''}
  }
  setOutput(value);
}`;
    const parted = run('SoftmaxParts', pick(inputs, ENTRY_INPUTS), [slots * rows, parts], partial);
    const merged = `${entries}
f32 mergedTerm(i32 i, i32 part, f32 reference) {
  f32 gap = reference - getParted(i, part);
  if (gap > 104.) { return 0.; }
  return getParted(${rows} + i, part) * decayWhole(gap);
}
f32 mergedPull(i32 i, i32 part, f32 reference) {
  f32 mass = getParted(${3 * rows} + i, part);
  if (mass > 0.) { return getParted(${2 * rows} + i, part) + mass * (reference - getParted(i, part)); }
  return 0.;
}
void main() {
  ivec2 at = getOutputCoords();
  i32 i = at.y;
  f32 weight = getInfo(i, ${WEIGHT});
  f32 value = 0.;
  if (!isOut(weight)) {
    f32 reference = ${LOWEST};
    for (i32 k = 0; k < ${parts}; k++) { reference = higher(reference, getParted(i, k)); }
    if (at.x == 0) { value = reference; }
    if (at.x > 0) {
      f32 s = 0.;
${addedTo('s', parts, 'mergedTerm(i, k, reference)')}
      value = s;
      if (at.x == 2) {
        f32 pulled = 0.;
        ${variant.soft ? addedTo('pulled', parts, 'mergedPull(i, k, reference)') : 'pulled = reference - getZ(i, labelOf(i));'}
        value = weight * softmaxLoss(reference, s, pulled, getInfo(i, ${MASS}));
      }
    }
  }
  setOutput(value);
}`;
    return run('SoftmaxRows', { ...pick(inputs, ENTRY_INPUTS), parted }, [3, rows], merged);
  },
  total(values, divisor) {
    const [rows, n] = values.shape as [number, number];
    if (n <= LONGEST) return tf.reshape(summed(values, n, divisor), [rows]);
    // More than one fragment may add up in the time of a program: blocks first.
    return this.total(summed(values, BLOCK, 1), divisor);
  },
  gradient(inputs, dy, divisor, variant) {
    const [rows, classes] = inputs.z.shape;
    const body = `${divisorText(divisor)}
f32 upstreamOf(i32 i) {
  return getDy(${dy.rank === 0 ? '' : 'i'});
}
${entryText(variant)}
${gradientText(variant)}
void main() {
  ivec2 at = getOutputCoords();
  setOutput(gradientAt(at.x, at.y));
}`;
    const name = variant.form === 'sigmoid' ? 'SigmoidGradient' : 'SoftmaxGradient';
    const tensors = { ...pick(inputs, [...ENTRY_INPUTS, 'stats', 'count']), dy };
    return run(name, tensors, [rows, classes], body, divisor);
  },
});

/** What one fragment adds up at most in the last program. */
const LONGEST = 2048;

/** What one adds up before that, where there is more. */
const BLOCK = 256;

/** Columns are cut into parts of at most this many, each a fragment's work. The number of rows must not matter: SPEC P1. */
const WIDEST = 1024;

function partsOf(classes: number): { readonly parts: number; readonly width: number } {
  const parts = Math.ceil(classes / WIDEST);
  return { parts, width: Math.ceil(classes / parts) };
}

/** The last part may be shorter. */
function within(classes: number, width: number): string {
  return classes % width === 0 ? '' : `first + k < ${classes}`;
}

// Half floats hold whole numbers up to 2048, then multiples of 2, 4 and 8. And s, up to e times the classes, must stay in their
// range as well as 1 does.
function roundedForHalf(classes: number): string {
  return `
    reference += ${Math.floor(Math.log(classes) / 2)}.;
    if (abs(reference) >= 2048.) { reference = ceil(reference / 8.) * 8.; }`;
}

function pulls(width: number, guard: string): string {
  return `
    if (slot == 2) {
${addedTo('value', width, 'pullAt(i, first + k, reference)', guard)}
    }
    if (slot == 3) {
${addedTo('value', width, 'getY(i, first + k)', guard)}
    }`;
}

/** Sums of `width` neighbours of each row. */
function summed(values: tf.Tensor, width: number, divisor: Divisor): tf.Tensor {
  const [rows, n] = values.shape as [number, number];
  const body = `${divisorText(divisor)}
void main() {
  ivec2 at = getOutputCoords();
  i32 first = at.y * ${width};
  f32 total = 0.;
${addedTo('total', width, 'getValues(at.x, first + k)', within(n, width))}
  setOutput(total / divisorOf());
}`;
  const inputs: Record<string, tf.Tensor> = typeof divisor === 'number' ? { values } : { values, count: divisor };
  return run('Total', inputs, [rows, Math.ceil(n / width)], body, divisor);
}

function divisorText(divisor: Divisor): string {
  const value = typeof divisor === 'number' ? 'divisor' : 'getCount(0) * 1024. + getCount(1)';
  return `f32 divisorOf() {\n  return ${value};\n}`;
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
  readonly userCode: string;
  readonly customUniforms?: readonly { readonly name: string; readonly type: 'float' }[];
}

function run(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  outputShape: readonly number[],
  body: string,
  divisor?: Divisor,
): tf.Tensor {
  const uniform = typeof divisor === 'number' ? [[divisor]] : undefined;
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape,
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
  const size = 'floatBitsToUint(x) & 0x7fffffffu';
  return `
f32 notANumber() {
  return NAN;
}
bool isBad(f32 x) {
  return ${hasBits ? `(${size}) > 0x7f800000u` : 'isnan(x)'};
}
bool isInfinite(f32 x) {
  return ${hasBits ? `(${size}) == 0x7f800000u` : 'abs(x) == INFINITY'};
}`;
}
