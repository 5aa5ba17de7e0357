// @eqloss/tfjs: Equalization Loss for TensorFlow.js. The rules are in @eqloss/core's SPEC.md.

export {
  createGate,
  drawBeta,
  EqlError,
  type EqlErrorCode,
  type Finding,
  frequenciesFromCounts,
  type Gate,
  type Reduction,
} from '@eqloss/core';
export { type CompileOptions, compileLoss } from './layers/compile.ts';
export type { CommonConfig, LabelKind, LayersBeta, LossConfig, SigmoidConfig, SoftmaxConfig } from './layers/config.ts';
export type { DatasetLabels } from './layers/given-labels.ts';
export { type ClassGroups, type GroupBounds, groupsOf } from './layers/groups.ts';
export { type GuardOptions, guardCallback } from './layers/guard.ts';
export { type LayersLoss, layersLoss } from './layers/loss.ts';
export type { LossModel, LossModelLayer, LossModelOutput, Metric } from './layers/model.ts';
export { type GroupRecall, type GroupRecallOptions, groupRecall } from './layers/recall.ts';
export { recallByGroup } from './layers/recall-by-group.ts';
export { type RestoreOptions, restoreLoss, saveLossConfig } from './layers/save.ts';
export type {
  CommonOptions,
  DrawnBeta,
  Labels,
  LossTensor,
  Nested,
  RowLosses,
  SigmoidOptions,
  SoftmaxOptions,
  Values,
} from './options.ts';
export { sigmoidEql } from './sigmoid.ts';
export { softmaxEql } from './softmax.ts';
