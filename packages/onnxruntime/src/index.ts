// @eqloss/onnxruntime: Equalization Loss with its gradient as ONNX graphs, and sessions that run them.

export type { Output } from './common.ts';
export { buildLossModel, type LossModelOptions } from './model.ts';
export type { ExecutionProvider, Ort, OrtSession, OrtTensor } from './ort.ts';
export {
  createLossSession,
  type LossBatch,
  type LossResult,
  type LossSession,
  type LossSessionOptions,
} from './session.ts';
export type { BetaShape } from './softmax.ts';
