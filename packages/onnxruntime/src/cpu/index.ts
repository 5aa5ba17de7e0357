// Arithmetic "cpu": both forms.

export { softmaxOf } from '../gpu/softmax.ts';
export { sigmoidOf } from './sigmoid.ts';
