// @eqloss/onnxruntime: Equalization Loss with its gradient as ONNX graphs, and sessions that run them.

export { type AttachOptions, attachLoss } from './attach/attach.ts';
export type { LossConstants } from './attach/constants.ts';
export { exposeLogits } from './attach/expose.ts';
export { inspectModel, type LogitsDescription, type ModelInfo, type ValueDescription } from './attach/inspect.ts';
export type { LogitsChoice } from './attach/logits.ts';
export {
  createModelLoss,
  type LossInputs,
  type ModelBatch,
  type ModelLoss,
  type ModelLossOptions,
  type ModelOutputs,
} from './attach/model-loss.ts';
export type { AttachedLoss } from './attach/notes.ts';
export type { KnownDimension } from './attach/values.ts';
export type { Weights } from './attach/weights.ts';
export type { HeadBatch } from './head/batch.ts';
export { createHeadTrainer, type RestoreOptions, restoreHeadTrainer } from './head/create.ts';
export type { FitData, HeadData, HeadSource } from './head/data.ts';
export type { Activation, ExportOptions } from './head/export.ts';
export type { FitOptions, FitProgress, FitResult } from './head/fit.ts';
export type { MergeOptions } from './head/merge.ts';
export type { AdamWOptions, OptimizerOptions, SgdOptions } from './head/optimizer.ts';
export type { HeadBeta, HeadEngineOptions, HeadTrainerOptions, InitialWeights } from './head/options.ts';
export type { Schedule } from './head/schedule.ts';
export type { HeadTrainer, StepResult } from './head/trainer.ts';
export { buildLossModel, type LossModelOptions } from './model.ts';
export type { Arithmetic, BetaShape, LossOptions, Output } from './options.ts';
export type { ExecutionProvider, Ort, OrtSession, OrtTensor } from './ort.ts';
export type {
  LossBatch,
  LossResult,
  LossRunOptions,
  LossSession,
  LossSessionOptions,
} from './session/types.ts';
export { createLossSession } from './session.ts';
