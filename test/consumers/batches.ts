// Batches for pages, and the judgement of what comes back: inputs, exact values and tolerances are those of the vectors.

import {
  compareOutputs,
  decodeTensor,
  decodeTest,
  listTests,
  loadVectors,
} from '../../packages/conformance/src/index.ts';

/** A plain batch, as a message to a page. */
export interface PlainBatch {
  readonly id: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** @returns What is wrong; nothing when all is right. */
  judge(loss: number, gradient: readonly number[]): string | undefined;
}

/** Small vectors with labels and a mean, `count` of each form: what each package's first example looks like. */
export async function plainBatches(count: number): Promise<readonly PlainBatch[]> {
  const fitting = listTests(await loadVectors()).filter(({ test, form }) => {
    const { logits, labels, beta } = test.inputs;
    const names = ['logits', 'frequencies', 'labels', ...(form === 'softmax' ? ['beta'] : [])];
    return (
      Object.keys(test.inputs).every((name) => names.includes(name)) &&
      Object.keys(test.options).every((name) => ['threshold', 'reduction'].includes(name)) &&
      test.options.reduction === 'mean' &&
      test.dtypes.includes('float32') &&
      !('error' in test.expected) &&
      labels !== undefined &&
      labels.length > 1 &&
      (form === 'sigmoid' || beta?.shape.length === 0) &&
      logits.shape.length === 2 &&
      logits.shape[0] * logits.shape[1] <= 64
    );
  });
  return (['sigmoid', 'softmax'] as const).flatMap((form) => {
    const all = fitting.filter((each) => each.form === form);
    const some = all.filter((_, k) => k % Math.floor(all.length / count) === 0).slice(0, count);
    if (some.length < count) throw new Error(`the vectors hold ${some.length} plain batches of the ${form} form`);
    return some.map(({ test, tolerances }) => {
      const { inputs, options } = decodeTest(test, 'float32', form);
      const { loss, gradient } = test.expected as Extract<typeof test.expected, { gradient: unknown }>;
      const expected = { loss: decodeTensor(loss!), gradient: decodeTensor(gradient) } as Parameters<
        typeof compareOutputs
      >[1];
      return {
        id: test.id,
        message: {
          form,
          logits: [...inputs.logits.data],
          shape: inputs.logits.shape,
          labels: inputs.labels,
          frequencies: [...inputs.frequencies],
          threshold: options.threshold,
          ...(inputs.beta !== undefined && { beta: inputs.beta }),
        },
        judge: (actualLoss: number, actualGradient: readonly number[]) => {
          const actual = { loss: actualLoss, gradient: Float64Array.from(actualGradient) };
          const judged = { dtype: 'float32', tolerances: tolerances.float32, outputs: ['loss', 'gradient'] } as const;
          return compareOutputs(actual, expected, judged).problem;
        },
      };
    });
  });
}
