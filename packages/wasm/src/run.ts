// A checked batch through the kernels: blocks of rows, and pieces of columns for wide ones, so that memory stays bounded.

import {
  type CheckedSigmoid,
  type CheckedSoftmax,
  type DrawnBeta,
  kindOf,
  MIXED,
  type RowOutputs,
  SMALLEST_NORMAL,
} from '@eqloss/core';
import { type Arena, isIn, PIECE, STAGE, TILE } from './arena.ts';
import { rowsOnHost } from './host.ts';
import { KIND, MIXED_ROW, STEPS, writeDraws, writeJob } from './job.ts';
import { leftToHost } from './limits.ts';
import { fillMasks, fillWeights } from './tables.ts';

/** Runs rows 0 to `rows` of what the job describes, on one thread or several. */
export type Run = (arena: Arena, form: 'sigmoid' | 'softmax', rows: number, columns: number) => void;

/** One call. */
interface Call {
  readonly arena: Arena;
  readonly checked: CheckedSigmoid | CheckedSoftmax;
  readonly logits: Float32Array;
  readonly outputs: RowOutputs;
  readonly run: Run;
  /** Byte offset when the array lies in the arena, else undefined: it is staged. */
  readonly logitsAt: number | undefined;
  readonly gradientAt: number | undefined;
  /** Target rows, unless all of them are labels in another form. */
  readonly targets: ArrayLike<number> | undefined;
  /** Whether weights are staged: β per element that is not drawn. */
  readonly perElement: boolean;
  readonly draws: DrawnBeta | undefined;
  /** Whether the kernels cannot take a row. */
  readonly isLeft: (row: number) => boolean;
  /** Columns that are calculated at a time. */
  readonly width: number;
}

/** Rows `start` to `start + count`, columns `from` to `from + width`. */
interface Part {
  readonly start: number;
  readonly count: number;
  readonly from: number;
  readonly width: number;
}

/**
 * Calculates a checked batch.
 *
 * @param arena Its table must have room for the gate's classes, or for as many as any table has.
 * @param threads How many times the staging areas are larger than for one thread.
 * @param draws How β is drawn, if it is; `checked.beta` is of no use then.
 */
export function runBatch(
  arena: Arena,
  checked: CheckedSigmoid | CheckedSoftmax,
  logits: Float32Array,
  outputs: RowOutputs,
  run: Run,
  threads: number,
  draws?: DrawnBeta,
): void {
  const { rows, classes } = checked;
  const { gradient } = outputs;
  const perElement = checked.form === 'softmax' && checked.perElement && draws === undefined;
  const targets = checked.positives?.includes(MIXED) ? checked.targets : undefined;
  const logitsAt = isIn(arena, logits) ? logits.byteOffset : undefined;
  const gradientAt = gradient && isIn(arena, gradient) ? gradient.byteOffset : undefined;
  const isLeft = leftToHost(checked, logits, draws);
  const staged =
    logitsAt === undefined ||
    (gradient !== undefined && gradientAt === undefined) ||
    targets !== undefined ||
    perElement;
  const width = widthOf(classes, arena, staged || draws !== undefined);
  const call: Call = {
    ...{ arena, checked, logits, outputs, run, logitsAt, gradientAt },
    ...{ targets, perElement, draws, isLeft, width },
  };
  const count = Math.min(staged ? Math.floor((STAGE * threads) / width) : arena.rows, arena.rows);
  if (classes <= arena.classes) fillTable(call, 0, classes);
  let onHost: ((from: number, to: number) => void) | undefined;
  for (let start = 0; start < rows; start += count) {
    const block = { start, count: Math.min(count, rows - start) };
    const left = describeRows(call, block.start, block.count);
    if (checked.form === 'sigmoid') sigmoidBlock(call, block.start, block.count);
    else softmaxBlock(call, block.start, block.count);
    finishRows(call, block.start, block.count);
    for (const [from, to] of left) {
      onHost ??= rowsOnHost(checked, logits, outputs, draws);
      onHost(from, to);
    }
  }
}

/** How many columns are calculated at a time: all, unless a staging area, if one is used, or the table is too small for them. */
function widthOf(classes: number, arena: Arena, staged: boolean): number {
  if (!staged) return Math.min(classes, arena.classes);
  if (classes <= PIECE) return classes;
  // Narrow pieces of several rows: the table, which has to be filled for each piece, then serves them all.
  return classes <= arena.classes ? PIECE : TILE;
}

function sigmoidBlock(call: Call, start: number, count: number): void {
  eachPiece(call, (from, width) => pass(call, { start, count, from, width }, 0, true));
}

function softmaxBlock(call: Call, start: number, count: number): void {
  const wanted = call.outputs.gradient !== undefined;
  const loss = call.outputs.rowLosses === undefined ? 0 : STEPS.loss;
  const { classes } = call.checked;
  if (call.width >= classes) {
    const gradient = wanted ? STEPS.gradient | STEPS.keep : 0;
    pass(call, { start, count, from: 0, width: classes }, STEPS.maximum | STEPS.sum | loss | gradient, wanted);
    return;
  }
  // Terms can only be kept where the whole gradient has its place.
  const keep = call.gradientAt === undefined ? 0 : STEPS.keep;
  const overPieces = (steps: number, writes: boolean) =>
    eachPiece(call, (from, width) => pass(call, { start, count, from, width }, steps, writes));
  overPieces(STEPS.maximum, false);
  overPieces(STEPS.sum | keep, false);
  if (loss > 0) pass(call, { start, count, from: 0, width: call.width }, loss, false);
  if (wanted) overPieces(STEPS.gradient | keep, true);
}

function eachPiece({ checked: { classes }, width }: Call, work: (from: number, width: number) => void): void {
  for (let from = 0; from < classes; from += width) work(from, Math.min(width, classes - from));
}

/** One run of the kernels over a part: what is staged goes in before it, and out after it. */
function pass(call: Call, part: Part, steps: number, writes: boolean): void {
  const { arena, checked, logitsAt, gradientAt, outputs } = call;
  const { layout } = arena;
  const { start, count, from, width } = part;
  const { classes } = checked;
  if (classes > arena.classes) fillTable(call, from, width);
  const column = classes > arena.classes ? 0 : from;
  describeLabels(call, part);
  const stride = 4 * width;
  const at = 4 * (start * classes + from);
  if (logitsAt === undefined) stage(call.logits, arena.singles, layout.stage, part, classes);
  if (call.targets !== undefined)
    stageTargets(call.targets, checked.positives, arena.singles, layout.targets, part, classes);
  if (call.draws !== undefined) writeDraws(arena, call.draws, (call.draws.rowOffset ?? 0) + start, from / 4);
  if (call.perElement) fillWeights(checked as CheckedSoftmax, arena.singles, layout.weights, part);
  const direct = gradientAt !== undefined;
  const hasGradient = outputs.gradient !== undefined && (checked.form === 'sigmoid' || direct || writes);
  writeJob(arena, {
    columns: width,
    logits: logitsAt === undefined ? layout.stage : logitsAt + at,
    logitsStride: logitsAt === undefined ? stride : 4 * classes,
    gradient: !hasGradient ? 0 : direct ? gradientAt + at : layout.stage,
    gradientStride: direct ? 4 * classes : stride,
    weights: call.perElement || call.draws !== undefined ? layout.weights : layout.table + 4 * column,
    weightsStride: call.perElement ? stride : 0,
    blocks: layout.blocks + column / 32,
    targets: call.targets === undefined ? 0 : layout.targets,
    targetsStride: stride,
    steps,
    heads: call.draws === undefined ? 0 : layout.table + 4 * column,
  });
  call.run(arena, checked.form, count, width);
  if (writes && outputs.gradient && !direct) unstage(arena.singles, layout.stage, outputs.gradient, part, classes);
}

/** What the kernels need to know of rows, whatever the piece. Gives the runs of rows that they leave to the host. */
function describeRows({ arena, checked, isLeft }: Call, start: number, count: number): [from: number, to: number][] {
  const { layout, bytes, singles, doubles } = arena;
  const left: [number, number][] = [];
  for (let n = 0; n < count; n++) {
    const i = start + n;
    const weight = checked.rowWeights[i];
    let kind: number = weight === 0 ? KIND.takenOut : KIND.plain;
    if (kind === KIND.plain && checked.form === 'sigmoid' && checked.foreground[i] === 1) kind = KIND.gated;
    if (kind !== KIND.takenOut && isLeft(i)) {
      kind = KIND.leftToHost;
      const last = left.at(-1);
      if (last?.[1] === i) last[1] = i + 1;
      else left.push([i, i + 1]);
    }
    bytes[layout.kinds + n] = kind;
    singles[layout.scales / 4 + n] = weight / checked.divisor;
  }
  doubles.fill(0, layout.losses / 8, layout.losses / 8 + count);
  if (checked.form === 'softmax') {
    doubles.fill(0, layout.states / 8, layout.states / 8 + 5 * count);
    for (let n = 0; n < count; n++) doubles[layout.states / 8 + 5 * n] = -Infinity;
  }
  return left;
}

function describeLabels({ arena, checked }: Call, { start, count, from }: Part): void {
  const at = arena.layout.labels / 4;
  const labels = checked.labels ?? checked.positives;
  for (let n = 0; n < count; n++) {
    const label = labels[start + n];
    arena.integers[at + n] = label >= 0 ? label - from : label === MIXED ? MIXED_ROW : -1;
  }
}

function finishRows({ arena, checked, outputs }: Call, start: number, count: number): void {
  if (outputs.rowLosses === undefined) return;
  const { doubles, layout } = arena;
  for (let n = 0; n < count; n++) {
    const weight = checked.rowWeights[start + n];
    outputs.rowLosses[start + n] = weight === 0 ? 0 : weight * doubles[layout.losses / 8 + n];
  }
}

function fillTable({ arena, checked, perElement, draws }: Call, from: number, count: number): void {
  const { layout } = arena;
  if (checked.form === 'sigmoid') {
    fillMasks(checked.tail, from, count, arena.integers, layout.table, arena.bytes, layout.blocks);
  } else if (!perElement) {
    const drawn = draws === undefined ? checked : { ...checked, beta: 1, perElement: false };
    fillWeights(drawn, arena.singles, layout.table, { start: 0, count: 1, from, width: count });
  }
}

function stage(source: Float32Array, singles: Float32Array, to: number, part: Part, classes: number): void {
  const { start, count, from, width } = part;
  // By its memory: an array of another realm may not have this one's methods.
  const piece = (at: number, length: number) => new Float32Array(source.buffer, source.byteOffset + 4 * at, length);
  if (width === classes) {
    singles.set(piece(start * classes, count * classes), to / 4);
    return;
  }
  for (let n = 0; n < count; n++) singles.set(piece((start + n) * classes + from, width), to / 4 + n * width);
}

function unstage(singles: Float32Array, from: number, target: Float32Array, part: Part, classes: number): void {
  const { start, count, width } = part;
  if (width === classes) {
    target.set(singles.subarray(from / 4, from / 4 + count * classes), start * classes);
    return;
  }
  for (let n = 0; n < count; n++) {
    const at = from / 4 + n * width;
    target.set(singles.subarray(at, at + width), (start + n) * classes + part.from);
  }
}

/** Those of rows that are no labels, in single precision; what is above 0 stays so: SPEC N1. */
function stageTargets(
  targets: ArrayLike<number>,
  positives: Int32Array | undefined,
  singles: Float32Array,
  to: number,
  { start, count, from, width }: Part,
  classes: number,
): void {
  // The kernels know subnormal numbers, so singles and integers can be taken as they are.
  const exact = /^(Float32|Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32)Array$/.test(kindOf(targets));
  for (let n = 0; n < count; n++) {
    if (positives?.[start + n] !== MIXED) continue;
    const at = (start + n) * classes + from;
    const out = to / 4 + n * width;
    if (exact) {
      singles.set((targets as Float32Array).subarray(at, at + width), out);
      continue;
    }
    for (let k = 0; k < width; k++) {
      const y = targets[at + k];
      singles[out + k] = y > 0 && y < SMALLEST_NORMAL ? SMALLEST_NORMAL : y;
    }
  }
}
