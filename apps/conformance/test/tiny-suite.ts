// A suite that anybody can check by hand: one row, one class, logit 0, label 0. The loss is ln 2, the gradient -1/2.

import { type EncodedTest, encodeNumber, encodeTensor, type SuiteFile } from '@eqloss/conformance';

/** As many equal tests as wanted, `tiny-0`, `tiny-1`, … */
export function tinySuite(count: number): readonly SuiteFile[] {
  const tolerance = { abs: 1e-6, rel: 1e-6 };
  const tolerances = { loss: tolerance, rowLosses: tolerance, gradient: tolerance };
  const one = (value: number, shape: readonly number[]) => encodeTensor(Float64Array.of(value), shape);
  const tests = Array.from(
    { length: count },
    (_, index): EncodedTest => ({
      id: `tiny-${index}`,
      comment: 'One logit of 0.',
      flags: ['plain'],
      dtypes: ['float64', 'float32'],
      inputs: { logits: one(0, [1, 1]), frequencies: one(1, [1]), labels: [0] },
      options: { threshold: encodeNumber(0), reduction: 'mean' },
      expected: { loss: one(Math.LN2, []), rowLosses: one(Math.LN2, [1]), gradient: one(-0.5, [1, 1]) },
    }),
  );
  const source = { oracle: 'by hand', version: '1', digits: 50, seed: 0 };
  return [
    {
      path: 'tiny.json',
      file: {
        $schema: '../schema/vectors.schema.json',
        spec: '1.0',
        form: 'sigmoid',
        notes: { plain: { catches: 'anything', clauses: ['S2'] } },
        groups: [{ name: 'tiny', source, tolerances: { float64: tolerances, float32: tolerances }, tests }],
      },
    },
  ];
}
