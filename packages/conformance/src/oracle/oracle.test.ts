// The oracle against what can be known without it: closed forms, its own central differences, limits.

import { describe, expect, test } from 'vitest';
import { createArithmetic, type Exact } from './arithmetic.ts';
import { evaluate, type OracleBatch, type OracleResult } from './oracle.ts';
import { createRandom } from './random.ts';

const math = createArithmetic();
const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

function run(batch: Partial<OracleBatch> & Pick<OracleBatch, 'form' | 'logits' | 'frequencies'>): OracleResult {
  const classes = batch.frequencies.length;
  return evaluate(math, { rows: batch.logits.length / classes, classes, threshold: 0.01, reduction: 'sum', ...batch });
}

function numbers(values: readonly Exact[]): number[] {
  return values.map(math.toDouble);
}

function close(actual: Exact | undefined, expected: Exact, within = '1e-70'): void {
  expect(actual?.minus(expected).abs().lt(within)).toBe(true);
}

describe('closed forms', () => {
  test('sigmoid at logit 0 costs ln 2 a class', () => {
    const { loss, gradient } = run({ form: 'sigmoid', logits: [0, 0, 0], frequencies: [1, 1, 1], labels: [1] });
    close(loss, math.ln(math.exact(8)));
    expect(numbers(gradient)).toEqual([0.5, -0.5, 0.5]);
  });

  test('a foreground row withholds tail negatives, a background row does not', () => {
    const shared = { form: 'sigmoid', logits: [0, 0, 0], frequencies: [1, 0, 0] } as const;
    close(run({ ...shared, labels: [0] }).loss, math.ln(math.exact(2)));
    close(run({ ...shared, labels: [1] }).loss, math.ln(math.exact(4)));
    close(run({ ...shared, labels: [3] }).loss, math.ln(math.exact(8)));
    close(run({ ...shared, labels: [3], foreground: [1] }).loss, math.ln(math.exact(2)));
    close(run({ ...shared, labels: [0], foreground: [0] }).loss, math.ln(math.exact(8)));
  });

  test('softmax of equal logits costs the logarithm of the summed weights', () => {
    const shared = { form: 'softmax', logits: [7, 7, 7, 7], frequencies: [1, 0, 0, 1] } as const;
    close(run({ ...shared, labels: [0], beta: 0 }).loss, math.ln(math.exact(4)));
    close(run({ ...shared, labels: [0], beta: 0.5 }).loss, math.ln(math.exact(3)));
    close(run({ ...shared, labels: [1], beta: 0.5 }).loss, math.ln(math.exact(3.5)));
    close(run({ ...shared, labels: [1], beta: 1 }).loss, math.ln(math.exact(3)));
    const { gradient } = run({ ...shared, labels: [0], beta: 1 });
    expect(numbers(gradient)).toEqual([-0.5, 0, 0, 0.5]);
  });

  test('a target below the digits of 1 is a weight all the same', () => {
    const tiny = math.exact(5e-324);
    const { loss } = run({ form: 'softmax', logits: [740, 0], frequencies: [0, 1], targets: [5e-324, 1], beta: 1 });
    // log(1 + 5e-324 e^740); the tiny target's own part of the loss is below every digit.
    close(loss, math.ln(math.exact(1).plus(tiny.times(math.exp(math.exact(740))))), '1e-70');
  });

  test('two classes: the softmax form is the sigmoid form of the difference', () => {
    const softmax = run({ form: 'softmax', logits: [1.25, -0.5], frequencies: [1, 1], labels: [1], beta: 0.5 });
    const sigmoid = run({ form: 'sigmoid', logits: [1.75], frequencies: [1], labels: [1] });
    close(softmax.loss, sigmoid.loss as Exact);
    close(softmax.gradient[0], sigmoid.gradient[0]);
  });

  test('target rows that are one-hot give what labels give', () => {
    for (const form of ['sigmoid', 'softmax'] as const) {
      const shared = { form, logits: [1, -2, 0.5, 3, 0.25, -1], frequencies: [1, 0, 0.2], beta: 0.75 };
      const labels = run({ ...shared, labels: [1, 2] });
      const targets = run({ ...shared, targets: [0, 1, 0, 0, 0, 1] });
      expect(numbers(targets.gradient)).toEqual(numbers(labels.gradient));
      expect(numbers(targets.rowLosses)).toEqual(numbers(labels.rowLosses));
    }
  });
});

describe('the gradient is that of the loss', () => {
  const random = createRandom(1, 'central differences');
  const logits = Array.from({ length: 20 }, () => random.bell(0, 2, 2 ** -20));
  const targets = Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? 0 : random.integer(100) / 99));
  const frequencies = [0.5, 0.001, 0.2, 0, 0.3];
  const variants: Record<string, Partial<OracleBatch>> = {
    labels: { labels: [0, 1, 2, 3] },
    targets: { targets },
    'mean with row weights': { labels: [0, 1, -1, 3], rowWeights: [1, 2.5, 1, 0], reduction: 'mean' },
    normalizer: { targets, reduction: 'mean', normalizer: 7.5 },
  };
  const forms: readonly Partial<OracleBatch>[] = [
    { form: 'sigmoid' },
    { form: 'softmax', beta: 0.9 },
    { form: 'softmax', beta: 1 },
    { form: 'softmax', beta: [1, 0.2, 0.3, 1 - 2 ** -53, 0] },
  ];
  const table = forms.flatMap((form) =>
    Object.entries(variants).map(([name, variant]) => ({ name, batch: { ...form, ...variant } as OracleBatch })),
  );

  test.each(table)('$batch.form, β $batch.beta, $name: central differences agree to 1e-20', ({ batch }) => {
    const step = math.exact(2 ** -50);
    const { gradient } = run({ ...batch, logits, frequencies });
    for (let at = 0; at < logits.length; at++) {
      const moved = (sign: number): Exact => {
        const values: (number | Exact)[] = [...logits];
        values[at] = math.exact(logits[at]).plus(step.times(sign));
        return run({ ...batch, logits: values, frequencies }).loss as Exact;
      };
      close(gradient[at], moved(1).minus(moved(-1)).div(step.times(2)), '1e-20');
    }
  });
});

describe('special values', () => {
  test('sigmoid: the limits of N2', () => {
    const row = (z: number, target: number): [number, number] => {
      const { rowLosses, gradient } = run({ form: 'sigmoid', logits: [z], frequencies: [1], targets: [target] });
      return [math.toDouble(rowLosses[0]), math.toDouble(gradient[0])];
    };
    expect(row(INF, 1)).toEqual([0, 0]);
    expect(row(MINUS_INF, 1)).toEqual([INF, -1]);
    expect(row(INF, 0)).toEqual([INF, 1]);
    expect(row(MINUS_INF, 0)).toEqual([0, 0]);
    expect(row(INF, 0.25)).toEqual([INF, 0.75]);
    expect(row(MINUS_INF, 0.25)).toEqual([INF, -0.25]);
    expect(row(NAN, 1)).toEqual([NAN, NAN]);
  });

  test('excluded entries hold what they like', () => {
    const shared = { frequencies: [1, 0, 1], labels: [0] };
    for (const value of [NAN, INF, MINUS_INF, 1e4]) {
      for (const form of ['sigmoid', 'softmax'] as const) {
        const plain = run({ ...shared, form, beta: 1, logits: [1, 0, 2] });
        const { loss, gradient } = run({ ...shared, form, beta: 1, logits: [1, value, 2] });
        close(loss, plain.loss as Exact);
        expect(numbers(gradient)).toEqual(numbers(plain.gradient));
        expect(math.toDouble(gradient[1])).toBe(0);
      }
    }
  });

  test('softmax: NaN and Infinity stay within the included entries of their row', () => {
    const shared = { form: 'softmax', frequencies: [1, 0, 1], labels: [0, 2], beta: 1 } as const;
    for (const value of [NAN, INF]) {
      const { rowLosses, gradient } = run({ ...shared, logits: [1, 5, value, 0, 0, 0] });
      expect(numbers(rowLosses)).toEqual([NAN, Math.log(2)]);
      expect(numbers(gradient)).toEqual([NAN, 0, NAN, 0.5, 0, -0.5]);
    }
  });

  test('softmax: -Infinity costs only at the label, and everywhere is no distribution', () => {
    const shared = { form: 'softmax', frequencies: [1, 0, 1], labels: [0], beta: 1 } as const;
    const of = (logits: readonly number[]): [number, number[]] => {
      const { loss, gradient } = run({ ...shared, logits });
      return [math.toDouble(loss as Exact), numbers(gradient)];
    };
    expect(of([1, 3, MINUS_INF])).toEqual([0, [0, 0, 0]]);
    expect(of([MINUS_INF, 3, 1])).toEqual([INF, [-1, 0, 1]]);
    expect(of([MINUS_INF, 3, MINUS_INF])).toEqual([NAN, [NAN, 0, NAN]]);
  });
});

describe('reductions', () => {
  const shared = { form: 'sigmoid', logits: [0, 0, 0, 0], frequencies: [1], labels: [0, 1, -1, 0] } as const;

  test('the mean counts background and rows of weight 0, not ignored ones', () => {
    const { loss, gradient } = run({ ...shared, reduction: 'mean', rowWeights: [1, 1, 1, 0] });
    close(loss, math.ln(math.exact(4)).div(3));
    expect(gradient.map((value) => value.times(6).toNumber())).toEqual([-1, 1, 0, 0]);
  });

  test('a normalizer replaces the count; none has no loss and undivided rows', () => {
    close(run({ ...shared, reduction: 'mean', normalizer: 0.5 }).loss, math.ln(math.exact(64)));
    const none = run({ ...shared, reduction: 'none' });
    expect(none.loss).toBeUndefined();
    close(none.rowLosses[0], math.ln(math.exact(2)));
  });

  test('nothing counted costs nothing', () => {
    expect(numbers([run({ ...shared, labels: [-1, -1, -1, -1], reduction: 'mean' }).loss as Exact])).toEqual([0]);
    expect(numbers([run({ ...shared, logits: [], labels: [], reduction: 'mean' }).loss as Exact])).toEqual([0]);
  });
});
