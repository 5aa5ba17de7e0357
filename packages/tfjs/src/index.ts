// @eqloss/tfjs: Equalization Loss for TensorFlow.js. The rules are in @eqloss/core's SPEC.md.

export { createGate, drawBeta, EqlError, type EqlErrorCode, frequenciesFromCounts, type Gate } from '@eqloss/core';
export type { Labels, LossTensor, Rows, SigmoidOptions, SoftmaxOptions, Values } from './options.ts';
export { sigmoidEql } from './sigmoid.ts';
export { softmaxEql } from './softmax.ts';
