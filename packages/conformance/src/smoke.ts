// A batch so small that anybody can check it by hand. It tells "your harness is wrong" from "your maths is wrong".
//
// Sigmoid, one class, logit 0, label 0: loss = softplus(0) - 0 = ln 2, gradient = σ(0) - 1 = -1/2.
// Softmax, two classes, logits 0, label 0: loss = -ln(1/2) = ln 2, gradient = (1/2 - 1, 1/2) = (-1/2, 1/2).
// λ = 0 leaves no tail class, so the gate, E and β have no say; one row makes sum and mean the same.

import { compareOutputs } from './compare.ts';
import type { Dtype, Form } from './format.ts';
import { malformed } from './judge.ts';
import type { DecodedTest, Feature, Outcome, Supports } from './target.ts';

/** The smoke test of a form, in the target's preferred dtype and with what it supports. */
export function smokeTest(form: Form, supports: Supports): DecodedTest {
  const dtype: Dtype = supports.dtypes[0] ?? 'float64';
  const classes = form === 'sigmoid' ? 1 : 2;
  const shape = [1, classes];
  const has = (feature: Feature) => supports.features.includes(feature);
  const targets = { shape, data: Float64Array.from({ length: classes }, (_, j) => (j === 0 ? 1 : 0)) };
  return {
    id: `smoke-${form}`,
    form,
    dtype,
    inputs: {
      logits: { shape, data: dtype === 'float32' ? new Float32Array(classes) : new Float64Array(classes) },
      frequencies: new Float64Array(classes).fill(1),
      ...(has('index-labels') || !has('target-rows') ? { labels: [0] } : { targets }),
      ...(form === 'softmax' && { beta: has('beta-scalar') ? 0 : new Float64Array(classes) }),
    },
    options: { threshold: 0, reduction: supports.reductions.find((name) => name !== 'none') ?? 'none' },
  };
}

/**
 * What is wrong with the answer to {@link smokeTest}, or undefined. Only a thousandth is asked for: precision is
 * judged later.
 */
export function smokeProblem(test: DecodedTest, outcome: Outcome, supports: Supports): string | undefined {
  const shapeless = malformed(outcome);
  if (shapeless) return shapeless;
  if (!('outputs' in outcome)) return `it answered ${JSON.stringify(outcome)} instead of outputs`;
  const near = { abs: 1e-3, rel: 0 };
  const one = Float64Array.of(Math.LN2);
  const { pass, problem, worst } = compareOutputs(
    outcome.outputs,
    {
      ...(test.options.reduction !== 'none' && { loss: { shape: [], data: one } }),
      rowLosses: { shape: [1], data: one },
      gradient: {
        shape: test.inputs.logits.shape,
        data: test.form === 'sigmoid' ? Float64Array.of(-0.5) : Float64Array.of(-0.5, 0.5),
      },
    },
    { dtype: test.dtype, outputs: supports.outputs, tolerances: { loss: near, rowLosses: near, gradient: near } },
  );
  if (pass) return undefined;
  const [first] = worst;
  const seen = first ? ` (${first.output}[${first.index}] is ${first.actual}, expected ${first.expected})` : '';
  return `${problem}${seen}`;
}
