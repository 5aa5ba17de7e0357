// Trains and judges every method that a run asks for.

import type { Progress } from '@eqloss/training/progress';
import type { Trial } from '@eqloss/training/table';
import type { MethodName } from './methods.ts';
import type { Options } from './options.ts';
import type { Place } from './place.ts';

/** One trained network. */
export interface NetworkTrial extends Trial {
  readonly method: MethodName;
  readonly seed: number;
}

/** Epochs that a run takes. */
export function countEpochs({ methods, seeds, epochs }: Options): number {
  return methods.length * seeds.length * epochs;
}

/** Trains each method, from each seed. */
export async function runTrials(place: Place, options: Options, progress: Progress): Promise<NetworkTrial[]> {
  const { methods, seeds, epochs, mode } = options;
  const trials: NetworkTrial[] = [];
  for (const method of methods) {
    for (const seed of seeds) {
      progress.begin(method.title);
      const start = performance.now();
      const training = await place.start(method, { seed, epochs, mode });
      for (let epoch = 0; epoch < epochs; epoch++) {
        progress.step(await training.epoch());
        // Lets timers and signals in.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      const seconds = (performance.now() - start) / 1000;
      const scores = await training.scores();
      await training.close();
      trials.push({ title: method.title, method: method.name, seed, seconds, scores });
    }
  }
  return trials;
}
