// @eqloss/onnxruntime: Equalization Loss with its gradient as ONNX graphs, and sessions that run them.

export { buildLossModel, type LossModelOptions } from './model.ts';
export type { Arithmetic, BetaShape, LossOptions, Output } from './options.ts';
export type { ExecutionProvider, Ort, OrtSession, OrtTensor } from './ort.ts';
export {
  createLossSession,
  type LossBatch,
  type LossResult,
  type LossSession,
  type LossSessionOptions,
} from './session.ts';
