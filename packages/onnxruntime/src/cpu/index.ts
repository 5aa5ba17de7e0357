// Arithmetic "cpu": both forms.

export { sigmoidOf } from './sigmoid.ts';
export { softmaxOf } from './softmax.ts';
