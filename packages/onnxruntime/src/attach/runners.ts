// How a classifier and its loss run: attached, in one session; or the logits handed over, in two.

import { feedsOf, tailOf } from '../feeds.ts';
import type { LossOptions } from '../options.ts';
import type { Ort, OrtSession, OrtTensor } from '../ort.ts';
import type { Job } from '../session/job.ts';
import type { Plan } from '../session/plan.ts';
import type { LossResult, LossSessionOptions } from '../session/types.ts';
import { createLossSession } from '../session.ts';
import { sumOf } from '../sum.ts';
import { inTurn } from '../turns.ts';
import { attachLoss } from './attach.ts';
import { checkClasses } from './candidates.ts';
import { append, declareValue } from './edit.ts';
import { floatsOf, type HostTensor } from './floats.ts';
import { chooseLogits, type LogitsChoice } from './logits.ts';
import type { LossInputs, ModelOutputs } from './model-loss.ts';
import { attachedLosses, lossOutputs } from './notes.ts';
import { readModel } from './outline.ts';

/** What of a result was wanted. */
export type ModelResult = Partial<LossResult> & ModelOutputs;

/** Runs checked batches. */
export interface Runner {
  run(feeds: Readonly<Record<string, OrtTensor>>, inputs: LossInputs, job: Job): Promise<ModelResult>;
  /** Once only. */
  release(): Promise<void>;
}

/** The loss attached to the model. */
export async function oneSession(
  ort: Ort,
  bytes: Uint8Array,
  choice: LogitsChoice,
  loss: LossOptions,
  plan: Plan,
): Promise<Runner> {
  const { gate, arithmetic, sessionOptions } = plan;
  const model = attachLoss(bytes, {
    ...loss,
    ...choice,
    outputs: plan.outputs,
    arithmetic,
    // One model for all batches: a weight of 1 and the foreground of the labels are fed where a batch has none.
    rowWeights: true,
    foreground: loss.form === 'sigmoid',
    normalizer: true,
    constants: { gate },
  });
  const { inputs: names, outputs } = attachedLosses(readModel(model)).at(-1)!;
  const session = await inTurn(ort, () => ort.InferenceSession.create(model, sessionOptions));
  const tail = tailOf(ort, gate.tail);
  const run: Runner['run'] = async (feeds, _, job) => {
    const whole = withDefaults(job);
    const given = feedsOf(ort, whole, tail, true)(0, job.rows);
    const own = Object.entries(names).map(([input, name]) => [name, given[input]]);
    const results = await session.run({ ...feeds, ...Object.fromEntries(own) } as Record<string, never>);
    const [rowLosses, gradient] = await Promise.all([
      floats(results[outputs.rowLosses]),
      floats(results[outputs.gradient]),
    ]);
    return {
      outputs: without(results, Object.values(outputs)),
      ...(rowLosses && { loss: sumOf(rowLosses) / job.divisor, rowLosses }),
      ...(gradient && { gradient }),
    };
  };
  return {
    run: (feeds, inputs, job) => inTurn(ort, () => run(feeds, inputs, job)),
    release: () => inTurn(ort, () => session.release()),
  };
}

/** The logits as an output of the model, and a loss session. */
export async function twoSessions(
  ort: Ort,
  bytes: Uint8Array,
  choice: LogitsChoice,
  plan: Plan,
  options: LossSessionOptions,
): Promise<Runner> {
  const model = readModel(bytes);
  const found = chooseLogits(model, lossOutputs(model), choice);
  checkClasses(plan.gate, found);
  const { logits, type, shape, axis } = found;
  const isOutput = model.graph.outputs.some(({ name }) => name === logits);
  const exposed = isOutput ? bytes : append(model, { graph: [declareValue(12, logits, type, shape)] });
  // First what holds nothing yet: if it fails, there is nothing to release.
  const loss = await createLossSession(ort, options);
  const session: OrtSession = await inTurn(ort, () => ort.InferenceSession.create(exposed, plan.sessionOptions));
  return {
    run: async (feeds, inputs) => {
      const {
        results,
        shape: [rows, classes],
        values,
      } = await inTurn(ort, async () => {
        const results = await session.run(feeds as Record<string, never>);
        const tensor = results[logits] as HostTensor;
        const from = axis < 0 ? tensor.dims.length + axis : axis;
        const columns = tensor.dims.slice(from).reduce((product, size) => product * size, 1);
        const values = floatsOf(tensor.type, await tensor.getData(!isOutput));
        return { results, shape: [values.length / columns, columns], values };
      });
      const result = await loss.run({ ...inputs, logits: values, shape: [rows, classes] });
      return { outputs: without(results, isOutput ? [] : [logits]), ...result };
    },
    release: async () => {
      await Promise.all([loss.release(), inTurn(ort, () => session.release())]);
    },
  };
}

/** What the model asks for and the batch leaves to what labels and targets say. */
function withDefaults(job: Job): Job {
  const { rows, classes, labels, targets } = job;
  return {
    ...job,
    rowWeights: job.rowWeights ?? new Float32Array(rows).fill(1),
    foreground: job.foreground ?? Uint8Array.from({ length: rows }, (_, i) => hasClass(i)),
  };
  function hasClass(i: number): number {
    if (labels !== undefined) return labels[i] >= 0 && labels[i] < classes ? 1 : 0;
    for (let k = i * classes; k < (i + 1) * classes; k++) if (targets![k] > 0) return 1;
    return 0;
  }
}

async function floats(tensor: OrtTensor | undefined): Promise<Float32Array | undefined> {
  return tensor && ((await tensor.getData(true)) as Float32Array);
}

function without(results: Readonly<Record<string, OrtTensor>>, names: readonly string[]): Record<string, OrtTensor> {
  return Object.fromEntries(Object.entries(results).filter(([name]) => !names.includes(name)));
}
