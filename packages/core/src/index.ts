// @eqloss/core: what Equalization Loss is, and what every adapter shares. The rules are in SPEC.md.

export { kindOf } from './arrays.ts';
export type {
  BatchCommon,
  BatchInputs,
  CheckedAnswers,
  CheckedSigmoid,
  CheckedSoftmax,
  Form,
  PreparedAnswers,
  PreparedBatch,
  PreparedSigmoid,
  PreparedSoftmax,
  Reduction,
} from './batch.ts';
export { priorBias } from './bias.ts';
export { checkSigmoid, checkSoftmax } from './checked.ts';
export { type DiagnoseInputs, diagnose, type Finding } from './diagnose.ts';
export { checkDraws, type DrawnBeta, type DrawOptions, drawBeta } from './draws.ts';
export { EqlError, type EqlErrorCode } from './errors.ts';
export { createGate, frequenciesFromCounts, type Gate, sliceGate } from './gate.ts';
export {
  type Batch,
  type LossOptions,
  type LossResult,
  type LossValue,
  type Precision,
  reduce,
  type SingleLossResult,
  shapeOf,
  shapeOfLength,
} from './loss.ts';
export { type ClassOrder, type Columns, orderByFrequency, reorderColumns, reorderLabels } from './order.ts';
export { prepareSigmoid, prepareSoftmax } from './prepare.ts';
export type { RowOutputs } from './rows.ts';
export { mergeShardSums, type ShardSums, softmaxShard, softmaxShardSums } from './shards.ts';
export { sigmoidEql } from './sigmoid.ts';
export { sigmoidRows } from './sigmoid-rows.ts';
export { checkSingle, SMALLEST_NORMAL, toSingle } from './single.ts';
export { softmaxEql } from './softmax.ts';
export { softmaxRows, softmaxRowsOf } from './softmax-rows.ts';
export { type ThresholdChoice, tailRatio, thresholdForTailRatio } from './tail.ts';
export { MIXED } from './targets.ts';
