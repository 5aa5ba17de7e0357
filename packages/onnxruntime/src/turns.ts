// One after the other on one runtime: overlapping work corrupts onnxruntime-web.

import type { Ort } from './ort.ts';

// The end of each runtime's queue. Kept here and not in a session because the danger is between sessions: creating or
// running two at a time on onnxruntime-web's webgpu provider ends in "another WebGPU EP inference session is being
// created" or in memory access out of bounds, after which no session works.
const ends = new WeakMap<Ort['InferenceSession'], Promise<unknown>>();

/** Does the work when all work given before for the same runtime is done, whether it succeeded or not. */
export function inTurn<T>(ort: Ort, work: () => Promise<T>): Promise<T> {
  const result = (ends.get(ort.InferenceSession) ?? Promise.resolve()).then(work);
  // Without its value: the last result would stay in memory as long as the runtime.
  const done = (): undefined => undefined;
  ends.set(ort.InferenceSession, result.then(done, done));
  return result;
}
