// The programs for the webgpu backend: a workgroup a row where something is added up, else one invocation an output. Shapes are
// uniforms, so another batch size compiles nothing.

import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.ts';
import { HIGHEST, LOWEST } from './formulas.ts';
import { type Divisor, fusedEngine } from './fused.ts';
import { countedText, infoArguments, infoText } from './info.ts';
import { runKernel } from './kernel.ts';
import { addedToAny, toWgsl } from './language.ts';
import { LABEL, LOSS, MASS, REFERENCE, SUM, WEIGHT } from './rows.ts';
import { ENTRY_INPUTS, type Inputs, pick, type Variant } from './variant.ts';
import {
  columnsOf,
  divisorText,
  entryText,
  GROUP,
  groupsOf,
  highest,
  inRow,
  lanesOf,
  ofRow,
  SHARED,
  summed,
} from './wgsl.ts';

/** Computes on the webgpu backend of tfjs. */
export const webgpuEngine: Engine = fusedEngine({
  isHalf: () => false,
  info(inputs, rows, variant) {
    const lanes = lanesOf(variant.classes);
    const sums = `
  i32 count = ${columnsOf(lanes, 'uniforms.targetsShape.y')};
${addedToAny('mass', 'count', `getTargets(i, lane + k * ${lanes})`)}
${addedToAny('bad', 'count', `isOutside(getTargets(i, lane + k * ${lanes}))`)}
  mass = massSum(mass);
  bad = badSum(bad);`;
    const own = infoArguments(variant, (name) => `get${name[0].toUpperCase()}${name.slice(1)}(i)`);
    const text = `${infoText(variant)}
${variant.targets ? summed('massSum', lanes) + summed('badSum', lanes) : ''}
fn main(index : i32) {
${inRow(lanes)}
  f32 mass = 0.;
  f32 bad = 0.;
${variant.targets ? sums : ''}
  if (lane < 4 && i < uniforms.outShape.x) {
    setOutputAtIndex(i * 4 + lane, infoOf(lane, getHost(i, 0), getHost(i, 1), getHost(i, 2), ${own}, mass, bad));
  }
}`;
    return run({ name: 'RowInfo', inputs, shape: [rows, 4], text, groups: groupsOf(rows, lanes) });
  },
  count(info) {
    const lanes = lanesOf(Number.POSITIVE_INFINITY);
    const text = `
f32 counted(i32 i) {
  f32 code = getInfo(i, ${LABEL});
  return ${countedText('code')};
}
${summed('rowSum', lanes)}
fn main(index : i32) {
${inRow(lanes)}
  i32 count = ${columnsOf(lanes, 'uniforms.infoShape.x')};
  f32 rows = 0.;
${addedToAny('rows', 'count', `counted(lane + k * ${lanes})`)}
  rows = max(rowSum(rows), 1.);
  f32 high = floor(rows / 1024.);
  if (index == 0) {
    setOutputAtIndex(0, high);
    setOutputAtIndex(1, rows - 1024. * high);
  }
}`;
    return run({ name: 'Count', inputs: { info }, shape: [2], text, groups: 1 });
  },
  rowLosses: (inputs, variant) => sigmoidRows(inputs, variant, [inputs.z.shape[0], 2]),
  wholeRowLosses: (inputs, variant) => sigmoidRows(inputs, variant, [inputs.z.shape[0]]),
  stats(inputs, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const lanes = lanesOf(classes);
    const pulled = variant.soft
      ? `${addedToAny('pulled', 'count', `pullAt(i, lane + k * ${lanes}, reference)`)}
  pulled = pullSum(pulled);`
      : '  if (label >= 0) { pulled = reference - getZ(i, label); }';
    const text = `${entryText(variant)}
f32 levelAt(i32 i, i32 j, i32 label) {
  return levelOf(getZ(i, j), weightAt(i, j, answerAt(i, j, label), 1.));
}
f32 spoilerAt(i32 i, i32 j, i32 label) {
  return spoilerOf(getZ(i, j), weightAt(i, j, answerAt(i, j, label), 1.));
}
f32 termAt(i32 i, i32 j, i32 label, f32 reference) {
  return termOf(getZ(i, j), weightAt(i, j, answerAt(i, j, label), 1.), reference);
}
f32 pullAt(i32 i, i32 j, f32 reference) {
  return pullOf(getZ(i, j), answerAt(i, j, -1), reference);
}
${highest('highestLevel', lanes)}
${summed('termSum', lanes)}
${variant.soft ? summed('pullSum', lanes) : ''}
fn main(index : i32) {
${inRow(lanes)}
${ofRow(lanes)}
  f32 reference = ${LOWEST};
  for (i32 k = 0; k < count; k++) { reference = max(reference, levelAt(i, lane + k * ${lanes}, label)); }
  reference = highestLevel(reference);
  f32 s = 0.;
${addedToAny('s', 'count', `termAt(i, lane + k * ${lanes}, label, reference)`)}
  if (reference >= ${HIGHEST}) {
    f32 spoiled = 0.;
    for (i32 k = 0; k < count; k++) { spoiled = max(spoiled, spoilerAt(i, lane + k * ${lanes}, label)); }
    if (spoiled > 0.) { s = notANumber(); }
  }
  s = termSum(s);
  f32 pulled = 0.;
${pulled}
  if (lane == 0 && i < uniforms.zShape.x) {
    f32 loss = weight * softmaxLoss(s, pulled, mass);
    setOutputAtCoords(i, ${REFERENCE}, reference);
    setOutputAtCoords(i, ${SUM}, s);
    setOutputAtCoords(i, ${LOSS}, choose(isOut, 0., loss));
    setOutputAtCoords(i, ${LOSS + 1}, 0.);
  }
}`;
    const shape = [rows, 4];
    return run({ name: 'SoftmaxRows', inputs: pick(inputs, ENTRY_INPUTS), shape, text, groups: groupsOf(rows, lanes) });
  },
  rowTotals(values, from) {
    const rows = values.shape[0];
    const text = `
fn main(index : i32) {
  if (index < uniforms.size) { setOutputAtIndex(index, getValues(index, ${from}) + getValues(index, ${from + 1})); }
}`;
    return run({ name: 'RowTotals', inputs: { values }, shape: [rows], text, groups: groupsOf(rows, 1) });
  },
  total(values, from, divisor) {
    const lanes = lanesOf(Number.POSITIVE_INFINITY);
    const text = `${divisorText(divisor)}
${summed('lossSum', lanes)}
fn main(index : i32) {
${inRow(lanes)}
  i32 count = ${columnsOf(lanes, 'uniforms.valuesShape.x')};
  f32 total = 0.;
${addedToAny('total', 'count', `getValues(lane + k * ${lanes}, ${from})`)}
  total = lossSum(total);
  if (index == 0) { setOutputAtIndex(0, total / divisorOf()); }
}`;
    const inputs: Record<string, tf.Tensor> = typeof divisor === 'number' ? { values } : { values, count: divisor };
    return run({ name: 'Total', inputs, shape: [], text, groups: 1, divisor });
  },
  gradient(inputs, dy, divisor, variant) {
    const [rows, classes] = inputs.z.shape as [number, number];
    const lanes = lanesOf(classes);
    const chunk = lanes * COLUMNS;
    const row = variant.form === 'sigmoid' ? '' : ', reference, share';
    const stats = `
    f32 reference = getStats(i, ${REFERENCE});
    f32 share = shareOf(getStats(i, ${SUM}), mass);`;
    const text = `${divisorText(divisor)}
${entryText(variant)}
fn main(index : i32) {
  i32 lane = index % ${lanes};
  i32 part = index / ${lanes};
  i32 parts = (uniforms.zShape.y + ${chunk - 1}) / ${chunk};
  i32 i = part / parts;
  if (i < uniforms.zShape.x) {
    f32 weight = getInfo(i, ${WEIGHT});
    f32 mass = getInfo(i, ${MASS});
    f32 kept = choose(isBad(weight) || weight != 0., 1., 0.);
    i32 label = labelOf(i);
    f32 upstream = getDy(${dy.rank === 0 ? '' : 'i'}) * weight / divisorOf();
${variant.form === 'sigmoid' ? '' : stats}
    i32 first = (part - i * parts) * ${chunk} + lane;
    for (i32 j = first; j < min(first + ${chunk}, uniforms.zShape.y); j += ${lanes}) {
      f32 y = answerAt(i, j, label);
      f32 w = choose(kept > 0., weightAt(i, j, y, mass), 0.);
      setOutputAtCoords(i, j, choose(w == 0., 0., slopeOf(getZ(i, j), y, w${row}) * upstream));
    }
  }
}`;
    return run({
      name: variant.form === 'sigmoid' ? 'SigmoidGradient' : 'SoftmaxGradient',
      inputs: { ...pick(inputs, [...ENTRY_INPUTS, 'stats', 'count']), dy },
      shape: [rows, classes],
      text,
      groups: groupsOf(rows * Math.ceil(classes / chunk), lanes),
      divisor,
    });
  },
});

/** How many columns of a gradient an invocation does. */
const COLUMNS = 8;

/** Weighted row losses: as `total` takes them, beside a column of zeros, or as a list. */
function sigmoidRows(inputs: Inputs, variant: Variant, shape: readonly number[]): tf.Tensor {
  const [rows, classes] = inputs.z.shape as [number, number];
  const lanes = lanesOf(classes);
  const store = shape.length === 1 ? 'setOutputAtIndex(i, loss);' : PAIRED;
  const text = `${entryText(variant)}
f32 lossAt(i32 i, i32 j, i32 label, f32 mass) {
  f32 y = answerAt(i, j, label);
  return lossOf(getZ(i, j), y, weightAt(i, j, y, mass));
}
${summed('lossSum', lanes)}
fn main(index : i32) {
${inRow(lanes)}
${ofRow(lanes)}
  f32 total = 0.;
${addedToAny('total', 'count', `lossAt(i, lane + k * ${lanes}, label, mass)`)}
  total = lossSum(total);
  f32 loss = choose(isOut, 0., weight * total);
  if (lane == 0 && i < uniforms.zShape.x) { ${store} }
}`;
  return run({ name: 'SigmoidRows', inputs: pick(inputs, ENTRY_INPUTS), shape, text, groups: groupsOf(rows, lanes) });
}

const PAIRED = 'setOutputAtCoords(i, 0, loss); setOutputAtCoords(i, 1, 0.);';

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
    workgroupSize: [GROUP, 1, 1],
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
