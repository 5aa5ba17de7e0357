// @eqloss/onnxruntime: Equalization Loss with its gradient as ONNX graphs, and sessions that run them.

export { type AttachOptions, attachLoss } from './attach/attach.ts';
export type { LossConstants } from './attach/constants.ts';
export { exposeLogits } from './attach/expose.ts';
export { inspectModel, type LogitsDescription, type ModelInfo, type ValueDescription } from './attach/inspect.ts';
export type { LogitsChoice } from './attach/logits.ts';
export type { AttachedLoss } from './attach/notes.ts';
export type { KnownDimension } from './attach/values.ts';
export type { Weights } from './attach/weights.ts';
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
