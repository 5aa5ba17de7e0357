// Arithmetic "cpu": both forms.

export { sigmoidOf } from '../gpu/sigmoid.ts';
export { softmaxOf } from '../gpu/softmax.ts';
