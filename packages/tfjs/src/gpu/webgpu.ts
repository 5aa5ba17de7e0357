// The programs for the webgpu backend: a workgroup a row where something is added up, else one invocation an output. Shapes are
// uniforms, so another batch size compiles nothing.

import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.ts';
import { entryText, gradientText, IGNORED, LABEL, MASS, WEIGHT } from './entries.ts';
import { LOWEST } from './formulas.ts';
import { type Divisor, fusedEngine } from './fused.ts';
import { infoText } from './info.ts';
import { runKernel } from './kernel.ts';
import { addedToAny, toWgsl } from './language.ts';
import { ENTRY_INPUTS, pick } from './variant.ts';

/** Invocations of a workgroup. Each takes every 64th column of a row, so that the number of rows does not matter: SPEC P1. */
const LANES = 64;

/** Computes on the webgpu backend of tfjs. */
export const webgpuEngine: Engine = fusedEngine({
  isHalf: () => false,
  info(inputs, rows, variant) {
    const sums = variant.targets
      ? `
  i32 count = columnsOf(lane, uniforms.targetsShape.y);
${addedToAny('mass', 'count', `getTargets(i, lane + k * ${LANES})`)}
${addedToAny('bad', 'count', `badTargetAt(i, lane + k * ${LANES})`)}
  mass = summed(lane, mass);
  bad = summed(lane, bad);`
      : '';
    const text = `${infoText(variant)}
fn main(index : i32) {
${IN_ROW}
  f32 mass = 0.;
  f32 bad = 0.;
${sums}
  if (lane < 4 && i < uniforms.outShape.x) {
    setOutputAtIndex(i * 4 + lane, infoAt(i, lane, mass, bad));
  }
}`;
    return run({ name: 'RowInfo', inputs, shape: [rows, 4], text, groups: rows });
  },
  count(info) {
    const text = `
f32 counted(i32 i) {
  if (getInfo(i, ${LABEL}) == ${IGNORED}.) { return 0.; }
  return 1.;
}
fn main(index : i32) {
${IN_ROW}
  i32 count = columnsOf(lane, uniforms.infoShape.x);
  f32 rows = 0.;
${addedToAny('rows', 'count', `counted(lane + k * ${LANES})`)}
  rows = max(summed(lane, rows), 1.);
  f32 high = floor(rows / 1024.);
  if (index == 0) {
    setOutputAtIndex(0, high);
    setOutputAtIndex(1, rows - 1024. * high);
  }
}`;
    return run({ name: 'Count', inputs: { info }, shape: [2], text, groups: 1 });
  },
  rowLosses(inputs, variant) {
    const rows = inputs.z.shape[0];
    const text = `${entryText(variant)}
fn main(index : i32) {
${IN_ROW}
${OF_ROW}
  f32 e = getInfo(i, ${MASS});
  f32 total = 0.;
${addedToAny('total', 'count', `lossAt(i, lane + k * ${LANES}, label, e)`)}
  total = summed(lane, total);
  if (lane == 0 && i < uniforms.zShape.x) {
    if (isOut(weight)) { total = 0.; } else { total *= weight; }
    setOutputAtIndex(i, total);
  }
}`;
    return run({ name: 'SigmoidRows', inputs: pick(inputs, ENTRY_INPUTS), shape: [rows, 1], text, groups: rows });
  },
  stats(inputs, variant) {
    const rows = inputs.z.shape[0];
    const pulled = variant.soft
      ? `${addedToAny('pulled', 'count', `pullAt(i, lane + k * ${LANES}, reference)`)}
  pulled = summed(lane, pulled);`
      : '  if (label >= 0) { pulled = reference - getZ(i, label); }';
    const text = `${entryText(variant)}
fn main(index : i32) {
${IN_ROW}
${OF_ROW}
  f32 reference = ${LOWEST};
  for (i32 k = 0; k < count; k++) { reference = higher(reference, levelAt(i, lane + k * ${LANES}, label)); }
  reference = highest(lane, reference);
  f32 s = 0.;
${addedToAny('s', 'count', `termAt(i, lane + k * ${LANES}, label, reference)`)}
  s = summed(lane, s);
  f32 pulled = 0.;
${pulled}
  if (lane == 0 && i < uniforms.zShape.x) {
    f32 loss = 0.;
    if (!isOut(weight)) { loss = weight * softmaxLoss(reference, s, pulled, getInfo(i, ${MASS})); }
    setOutputAtCoords(0, i, reference);
    setOutputAtCoords(1, i, s);
    setOutputAtCoords(2, i, loss);
  }
}
${tree('highest', 'higher(lanes[lane], lanes[lane + width])')}`;
    return run({ name: 'SoftmaxRows', inputs: pick(inputs, ENTRY_INPUTS), shape: [3, rows], text, groups: rows });
  },
  total(values, divisor) {
    const rows = values.shape[0];
    const text = `${divisorText(divisor)}
fn main(index : i32) {
${IN_ROW}
  i32 count = columnsOf(lane, uniforms.valuesShape.y);
  f32 total = 0.;
${addedToAny('total', 'count', `getValues(i, lane + k * ${LANES})`)}
  total = summed(lane, total);
  if (lane == 0 && i < uniforms.valuesShape.x) { setOutputAtIndex(i, total / divisorOf()); }
}`;
    const inputs: Record<string, tf.Tensor> = typeof divisor === 'number' ? { values } : { values, count: divisor };
    return run({ name: 'Total', inputs, shape: [rows], text, groups: rows, divisor });
  },
  gradient(inputs, dy, divisor, variant) {
    const [rows, classes] = inputs.z.shape;
    const text = `${divisorText(divisor)}
f32 upstreamOf(i32 i) {
  return getDy(${dy.rank === 0 ? '' : 'i'});
}
${entryText(variant)}
${gradientText(variant)}
fn main(index : i32) {
  if (index < uniforms.size) {
    i32 i = index / uniforms.zShape.y;
    setOutputAtIndex(index, gradientAt(i, index - i * uniforms.zShape.y));
  }
}`;
    return run({
      name: variant.form === 'sigmoid' ? 'SigmoidGradient' : 'SoftmaxGradient',
      inputs: { ...pick(inputs, [...ENTRY_INPUTS, 'stats', 'count']), dy },
      shape: [rows, classes],
      text,
      groups: Math.ceil((rows * classes) / LANES),
      divisor,
    });
  },
});

/** Where an invocation is: row i, a workgroup each, and its lane. Where work is folded there are more groups than rows. */
const IN_ROW = `
  i32 i = index / ${LANES};
  i32 lane = index % ${LANES};`;

/** What an invocation has to do in its row: nothing in one that is out. No return: all must meet at the barriers. */
const OF_ROW = `
  i32 count = 0;
  f32 weight = getInfo(i, ${WEIGHT});
  i32 label = labelOf(i);
  if (i < uniforms.zShape.x && !isOut(weight)) { count = columnsOf(lane, uniforms.zShape.y); }`;

/** A function that folds one value of every lane into one, by a tree. */
function tree(name: string, fold: string): string {
  return `
fn ${name}(lane : i32, value : f32) -> f32 {
  lanes[lane] = value;
  workgroupBarrier();
  for (var width : i32 = ${LANES / 2}; width > 0; width = width / 2) {
    if (lane < width) { lanes[lane] = ${fold}; }
    workgroupBarrier();
  }
  let result = lanes[0];
  workgroupBarrier();
  return result;
}`;
}

const SHARED = `
var<workgroup> lanes : array<f32, ${LANES}>;
${tree('summed', 'lanes[lane] + lanes[lane + width]')}
fn columnsOf(lane : i32, columns : i32) -> i32 {
  return (columns - lane + ${LANES - 1}) / ${LANES};
}
fn notANumber() -> f32 {
  return uniforms.NAN;
}
fn isBad(x : f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn isInfinite(x : f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}
`;

function divisorText(divisor: Divisor): string {
  const value = typeof divisor === 'number' ? 'uniforms.divisor' : 'getCount(0) * 1024. + getCount(1)';
  return `f32 divisorOf() {\n  return ${value};\n}`;
}

interface Backend {
  runWebGPUProgram(
    program: Program,
    inputs: readonly tf.TensorInfo[],
    dtype: 'float32',
    uniforms?: readonly { readonly type: 'float32'; readonly data: number[] }[],
  ): tf.TensorInfo;
}

/** The backend writes into it. */
interface Program {
  variableNames: string[];
  outputShape: number[];
  workgroupSize: [number, number, number];
  dispatchLayout: { x: number[] };
  /** The backend folds what is beyond the device's limit. */
  dispatch: [number, number, number];
  size: boolean;
  uniforms?: string;
  shaderKey: string;
  getUserCode(): string;
}

interface Order {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly shape: readonly number[];
  readonly text: string;
  /** Workgroups. */
  readonly groups: number;
  readonly divisor?: Divisor;
}

function run({ name, inputs, shape, text, groups, divisor }: Order): tf.Tensor {
  const uniform = typeof divisor === 'number' ? divisor : undefined;
  const code = SHARED + toWgsl(text);
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape: [...shape],
    workgroupSize: [LANES, 1, 1],
    dispatchLayout: { x: shape.map((_, k) => k) },
    dispatch: [groups, 1, 1],
    size: true,
    ...(uniform !== undefined && { uniforms: 'divisor : f32,' }),
    // The text itself: whatever decides it, no other program is taken for this one.
    shaderKey: code,
    getUserCode: () => code,
  };
  const uniforms = uniform === undefined ? undefined : [{ type: 'float32' as const, data: [uniform] }];
  return runKernel(name, inputs, (backend, tensors) =>
    (backend as Backend).runWebGPUProgram(program, tensors, 'float32', uniforms),
  );
}
