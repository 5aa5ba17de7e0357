// Task `attach`: a loss on a classifier, whose bytes are in a file.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachLoss, inspectModel } from '@eqloss/onnxruntime';
import { nodeCommand } from '../child.ts';
import { gateOf, makeTail } from '../inputs.ts';
import type { Ready } from '../task.ts';

/** A linear classifier, and what is done with it: a copy is what anything must cost that leaves the model as it was. */
export interface AttachTask {
  readonly way: 'copy' | 'attach';
  readonly features: number;
  readonly classes: number;
}

/** Nothing but the loss is loaded: the first call meets code that has never run. */
export async function createTask({ way, features, classes }: AttachTask, folder: string): Promise<Ready> {
  return {
    environment: {},
    open: async () => {
      const file = join(folder, `classifier-${features}x${classes}.onnx`);
      if (!existsSync(file)) {
        const [program, args] = nodeCommand('tasks/classifier.ts', file, String(features), String(classes));
        execFileSync(program, args);
      }
      const model = new Uint8Array(readFileSync(file));
      const gate = gateOf(makeTail({ classes, tail: 'scattered' }));
      let result: Uint8Array | undefined;
      const run = (): void => {
        result =
          way === 'copy' ? model.slice() : attachLoss(model, { form: 'sigmoid', labels: 'index', constants: { gate } });
      };
      // What came out is looked at once it is there; looking before the first call would warm the reader.
      const check = (): number => {
        const { losses } = inspectModel(result!);
        const wanted = way === 'copy' ? 0 : 1;
        if (losses.length !== wanted) throw new Error(`${losses.length} losses were found; wanted ${wanted}`);
        return model.length;
      };
      return { run, check };
    },
  };
}
