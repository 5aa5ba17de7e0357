import { createGate, drawBeta, EqlError, type Reduction } from '@eqloss/core';
import { cases, divisorOf, expectNear, forms, lossOf, plainCase, ratioToN4 } from '@eqloss/core/testing';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createEvaluator,
  type Feed,
  feedsFor,
  type ModelCase,
  optionsFor,
  type Results,
  run,
  sessionOf,
} from '../test/models.ts';
import { arithmetics, betas, opsets, space, subsets } from '../test/space.ts';
import { decodeModel, expectWellFormed, nodesOf } from '../test/wellformed.ts';
import { buildLossModel, type LossModelOptions, type Output } from './index.ts';

const { evaluate, release } = createEvaluator();
afterAll(release);

/** What the table above `buildLossModel` says. */
function declared(options: LossModelOptions): [string, string, readonly string[]][] {
  const { form, labels, labelType = 'int32', outputs = subsets[6], beta = 'scalar' } = options;
  const [whole, rows, classes] = [['rows', 'classes'], ['rows'], ['classes']];
  const inputs: [string, string, readonly string[]][] = [
    ['logits', options.logits === 'float16' ? 'FLOAT16' : 'FLOAT', whole],
    labels === 'index' ? ['labels', labelType.toUpperCase(), rows] : ['targets', 'FLOAT', whole],
    ['tail', 'BOOL', classes],
  ];
  if (options.foreground) inputs.push(['foreground', 'BOOL', rows]);
  if (options.rowWeights) inputs.push(['rowWeights', 'FLOAT', rows]);
  // Row losses are never divided.
  if (options.normalizer && outputs.some((output) => output !== 'rowLosses')) inputs.push(['normalizer', 'FLOAT', []]);
  if (form === 'softmax') {
    if (beta === 'drawn') inputs.push(['drawn', 'BOOL', whole]);
    else inputs.push(['oneMinusBeta', 'FLOAT', { scalar: [], class: classes, element: whole }[beta]]);
  }
  return inputs;
}

function shapesOf(values: readonly onnx.IValueInfoProto[]): [string, string, string[]][] {
  return values.map(({ name, type }) => {
    const { elemType, shape } = type!.tensorType!;
    return [name!, onnx.TensorProto.DataType[elemType!], shape!.dim!.map(({ dimParam }) => dimParam!)];
  });
}

const byName = ([a]: readonly unknown[], [b]: readonly unknown[]): number => (String(a) < String(b) ? -1 : 1);

test(`all ${space.length} losses are well formed, and declare what the documentation says`, () => {
  for (const options of space) {
    const model = decodeModel(buildLossModel(options));
    try {
      expectWellFormed(model);
      expect(Number(model.irVersion)).toBe(8);
      const imports = model.opsetImport.map(({ domain, version }) => [domain, Number(version)]);
      const own = options.as === 'function' ? [['eqloss', 1]] : [];
      expect(imports).toEqual([['', options.opset], ...own]);
      expect(model.functions).toHaveLength(own.length);
      const { input, output } = model.graph!;
      expect(shapesOf(input!).sort(byName)).toEqual(declared(options).sort(byName));
      const shapes = { loss: [], rowLosses: ['rows'], gradient: ['rows', 'classes'] };
      expect(shapesOf(output!)).toEqual(options.outputs!.map((name) => [name, 'FLOAT', shapes[name]]));
    } catch (error) {
      throw new Error(JSON.stringify(options), { cause: error });
    }
  }
});

const answers = forms.flatMap((form) =>
  [undefined, 'int32', 'int64'].flatMap((labelType) =>
    arithmetics.map((arithmetic) => ({ form, labelType, arithmetic })),
  ),
);
test.each(answers)('every loss loads and runs, and gives what the reference gives: %o', async (some) => {
  const losses = space.filter(({ form, labelType, arithmetic }) => {
    return form === some.form && labelType === some.labelType && arithmetic === some.arithmetic;
  });
  expect(losses.length).toBeGreaterThan(100);
  for (const options of losses) {
    const { form, labels, outputs = [], reduction } = options;
    const batch = batchFor(options);
    const session = await sessionOf(options);
    const results = await run(session, feedsFor(options, batch));
    await session.release();
    expect(Object.keys(results).sort(), JSON.stringify(options)).toEqual([...outputs].sort());
    const exact = lossOf[form](batch, { reduction });
    const divisor = (reduction ?? 'mean') === 'mean' ? divisorOf(batch) : 1;
    const problem = `${labels} ${JSON.stringify(options)}`;
    expectResults(results, exact.loss, exact, divisor, problem);
  }
});

/** A batch of 4 rows and 5 classes with exactly the inputs of a loss; its logits are halves, exact in any type. */
function batchFor({ form, labels, beta, rowWeights, foreground, normalizer }: LossModelOptions): ModelCase {
  const [rows, classes] = [4, 5];
  const gate = createGate([9, 1, 9, 2, 9], { threshold: 3 });
  const logits = Float32Array.from({ length: rows * classes }, (_, k) => ((k * 7) % 13) / 2 - 3);
  const draws = [...drawBeta({ rows, classes, gamma: 0.5, seed: 1, step: 2 })];
  const weights = {
    scalar: 0.75,
    class: [0.5, 1, 0, 0.25, 0.9],
    element: draws.map((b, k) => b || k / 20),
    drawn: draws,
  };
  return {
    gate,
    logits,
    ...(labels === 'index'
      ? { labels: [1, -1, form === 'sigmoid' ? 5 : 4, 2] }
      : { targets: Float32Array.from({ length: rows * classes }, (_, k) => [0, 1, 0, 0, 0.5, 0, 0][k % 7]) }),
    ...(form === 'softmax' && { beta: weights[beta ?? 'scalar'] }),
    ...(rowWeights && { rowWeights: [1, 2, 0.5, 0] }),
    ...(foreground && { foreground: [0, 1, 1, 0] }),
    ...(normalizer && { normalizer: 7 }),
  };
}

/** `none` has no loss of its own in core: the model's is the sum. SPEC R1, R5. */
function expectResults(
  actual: Partial<Results>,
  loss: number,
  exact: { readonly rowLosses: ArrayLike<number>; readonly gradient: ArrayLike<number> },
  divisor: number,
  message: string,
): void {
  if (actual.loss !== undefined) expect(ratioToN4([actual.loss], [loss]), message).toBeLessThanOrEqual(1);
  if (actual.rowLosses) expect(ratioToN4(actual.rowLosses, exact.rowLosses), message).toBeLessThanOrEqual(1);
  if (actual.gradient) expect(ratioToN4(actual.gradient, exact.gradient, divisor), message).toBeLessThanOrEqual(1);
}

describe.each(forms.flatMap((form) => arithmetics.map((arithmetic) => ({ form, arithmetic }))))(
  '$form, arithmetic $arithmetic',
  ({ form, arithmetic }) => {
    test('any batch gives what core gives, whatever the reduction and however the loss is written', async () => {
      const choices = fc.record({
        reduction: fc.constantFrom<Reduction>('mean', 'sum', 'none'),
        as: fc.constantFrom('graph', 'function'),
        int64: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(cases(form, { rows: [0, 4], classes: [1, 20] }), choices, async (random, choice) => {
          const { normalizer, ...rest } = random;
          const batch = choice.reduction === 'mean' ? random : rest;
          const options: LossModelOptions = {
            ...optionsFor(form, batch),
            ...{ arithmetic, reduction: choice.reduction, as: choice.as },
            ...(batch.labels && choice.int64 && { labelType: 'int64' }),
          };
          const exact = lossOf[form](batch, { reduction: choice.reduction });
          const divisor = choice.reduction === 'mean' ? divisorOf(batch) : 1;
          expectNear(await evaluate(options, batch), exact, divisor);
        }),
        { numRuns: 150 },
      );
    });

    test('drawn β is β of 0 and 1 per element', async () => {
      if (form === 'sigmoid') return expect(() => buildLossModel({ form, labels: 'index', beta: 'drawn' })).toThrow();
      for (const classes of [1, 5, 45]) {
        const batch = plainCase(form, 6, classes);
        const drawn = await evaluate({ form, labels: 'index', beta: 'drawn', arithmetic }, batch);
        expect(drawn).toEqual(await evaluate({ form, labels: 'index', beta: 'element', arithmetic }, batch));
        expectNear(drawn, lossOf[form](batch), 6);
      }
    });

    test('foreground that says what the labels say changes no bit', async () => {
      const batch = plainCase(form, 9, 13);
      if (form === 'softmax') {
        return expect(() => buildLossModel({ form, labels: 'index', foreground: true })).toThrow(/^UNSUPPORTED/);
      }
      const foreground = batch.labels!.map((label) => (label < 13 ? 1 : 0));
      const options: LossModelOptions = { form, labels: 'index', arithmetic };
      const given = await evaluate({ ...options, foreground: true }, { ...batch, foreground });
      expect(given).toEqual(await evaluate(options, batch));
    });

    test.each([
      ['no rows', 0, 5],
      ['one row', 1, 5],
      ['one class', 3, 1],
      ['eight classes', 3, 8],
      ['a few more than a thousand classes', 2, 1203],
    ])('%s', async (_, rows, classes) => {
      for (const labels of ['index', 'rows'] as const) {
        const { labels: answers, ...batch } = plainCase(form, rows, classes);
        const targets = Float32Array.from({ length: rows * classes }, (_, k) => (k % 4 === 1 ? 0.5 : 0));
        const given = { ...batch, ...(labels === 'index' ? { labels: answers } : { targets }) };
        for (const reduction of ['mean', 'sum'] as const) {
          const options = { ...optionsFor(form, given), arithmetic, reduction };
          const results = await evaluate(options, given);
          expectNear(results, lossOf[form](given, { reduction }), reduction === 'mean' ? divisorOf(given) : 1);
          if (rows === 0)
            expect(results).toEqual({ loss: 0, rowLosses: new Float32Array(), gradient: new Float32Array() });
        }
      }
    });

    test('every row ignored: loss 0 and gradient 0, whatever the logits (R4)', async () => {
      const batch = { ...plainCase(form, 3, 5), labels: [-1, -1, -1] };
      const logits = batch.logits.map((z, k) => [z, NaN, Infinity, -Infinity][k % 4]);
      const results = await evaluate({ ...optionsFor(form, batch), arithmetic }, { ...batch, logits });
      expect(results.loss).toBe(0);
      expect([...results.rowLosses, ...results.gradient].every((value) => value === 0)).toBe(true);
    });

    test('a row without any target: plain negatives (sigmoid), nothing to lose (softmax, X3)', async () => {
      const { labels: _, ...batch } = plainCase(form, 2, 5);
      const given = { ...batch, targets: Float32Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0) };
      const results = await evaluate({ ...optionsFor(form, given), arithmetic }, given);
      expectNear(results, lossOf[form](given), 2);
      if (form === 'softmax')
        expect([results.rowLosses[0], ...results.gradient.slice(0, 5)].every((x) => x === 0)).toBe(true);
    });

    test.each([
      ['int32', form === 'sigmoid' ? 14 : 13],
      ['int32', -2],
      ['int32', 2 ** 31 - 1],
      ['int32', -(2 ** 31)],
      ['int64', form === 'sigmoid' ? 14 : 13],
      ['int64', -2],
      ['int64', 2 ** 32],
      ['int64', 2 ** 32 + 1],
      ['int64', 2 ** 53],
      ['int64', -(2 ** 63)],
    ] as const)('a label of type %s that is %i makes its row NaN, and no other', async (labelType, wrong) => {
      const batch = { ...plainCase(form, 5, 13), normalizer: 5 };
      const labels = batch.labels!.with(2, wrong);
      for (const rowWeights of [undefined, [1, 2, 3, 4, 5]]) {
        const given = { ...batch, ...(rowWeights && { rowWeights }) };
        const options: LossModelOptions = { ...optionsFor(form, given), arithmetic, labelType };
        const right = await evaluate(options, given);
        const results = await evaluate(options, { ...given, labels });
        expect(results.loss).toBeNaN();
        expect([...results.rowLosses]).toEqual([...right.rowLosses.with(2, NaN)]);
        results.gradient.forEach((value, k) => {
          if (Math.floor(k / 13) !== 2) expect(value).toBe(right.gradient[k]);
        });
        const own = results.gradient.slice(26, 39);
        expect(own.filter(Number.isNaN).length).toBeGreaterThan(0);
        expect(own.every((value) => Number.isNaN(value) || value === 0)).toBe(true);
      }
    });

    test('no input broadcasts: any other length fails', async () => {
      const whole = { ...batchFor({ form, labels: 'index', rowWeights: true, normalizer: true }) };
      const base: LossModelOptions = { ...optionsFor(form, whole), arithmetic };
      const variants: readonly LossModelOptions[] = [
        ...(form === 'sigmoid' ? [{ ...base, foreground: true }] : betas.map((beta) => ({ ...base, beta }))),
        // ONNX Runtime's optimizer rewrites shapes that one input alone needs.
        { ...base, rowWeights: false },
        { ...base, labelType: 'int64', rowWeights: false },
        { ...base, labels: 'rows' },
        { ...base, labels: 'rows', rowWeights: false, ...(form === 'sigmoid' && { foreground: true }) },
      ];
      for (const options of variants) {
        const batch = { ...batchFor(options), foreground: [1, 1, 0, 0] };
        const feeds = feedsFor(options, batch);
        const session = await sessionOf(options);
        await run(session, feeds);
        for (const [name, feed] of Object.entries(feeds)) {
          if (name === 'logits' || feed.shape.length === 0) continue;
          for (const shape of wrongShapes(feed.shape)) {
            const wrong: Feed = { ...feed, shape, data: feed.data.slice(0, 0) };
            const length = shape.reduce((a, b) => a * b, 1);
            const data = Array.from({ length }, (_, k) => feed.data[k % feed.data.length]);
            Object.assign(wrong, { data: (feed.data.constructor as unknown as ArrayConstructor).from(data) });
            const attempt = run(session, { ...feeds, [name]: wrong });
            const outcome = await attempt.then(
              () => `${name} of shape ${shape} was taken, ${JSON.stringify(options)}`,
              () => 'failed',
            );
            expect(outcome).toBe('failed');
          }
        }
        await session.release();
      }
    });

    test('the function gives the bits of the graph, as do all opsets', async () => {
      for (const options of [
        { ...optionsFor(form, batchFor({ form, labels: 'index' })), arithmetic },
        { ...optionsFor(form, batchFor({ form, labels: 'rows', rowWeights: true })), arithmetic },
      ]) {
        const batch = batchFor(options);
        for (const logits of [batch.logits, batch.logits.with(3, NaN)]) {
          const given = { ...batch, logits };
          const expected = await evaluate(options, given);
          for (const opset of opsets) {
            expect(await evaluate({ ...options, opset }, given)).toEqual(expected);
            expect(await evaluate({ ...options, opset, as: 'function' }, given)).toEqual(expected);
          }
        }
      }
    });

    test('halves are the floats that they are', async () => {
      const special = [0.000061035, 5.9604644775390625e-8, 65504, -65504, 0, -0, Infinity, -Infinity, NaN];
      const logits = Float32Array.from([...special.map((z) => Math.round(z * 2 ** 24) / 2 ** 24), 0.5, -2.75, 10]);
      const gate = createGate([9, 1, 9, 1], { threshold: 3 });
      const batch: ModelCase = { gate, logits, labels: [0, 2, 3], ...(form === 'softmax' && { beta: 0.5 }) };
      const options: LossModelOptions = { ...optionsFor(form, batch), arithmetic };
      const half = await evaluate({ ...options, logits: 'float16' }, batch);
      expect(half).toEqual(await evaluate(options, batch));
      expectNear(half, lossOf[form](batch), 3);
    });

    test('fewer outputs change no bit, and leave out what the others need', async () => {
      const batch = plainCase(form, 5, 45);
      const options: LossModelOptions = { ...optionsFor(form, batch), arithmetic };
      const all = await evaluate(options, batch);
      const count = (outputs: readonly Output[]): number =>
        nodesOf(decodeModel(buildLossModel({ ...options, outputs }))).length;
      for (const outputs of subsets) {
        const some = await evaluate({ ...options, outputs }, batch);
        expect(some).toEqual(Object.fromEntries(outputs.map((output) => [output, all[output]])));
        if (!outputs.includes('loss') || !outputs.includes('gradient'))
          expect(count(outputs)).toBeLessThan(count(subsets[6]));
      }
      const ops = (outputs: readonly Output[]): (string | null | undefined)[] =>
        nodesOf(decodeModel(buildLossModel({ ...options, outputs }))).map(({ opType }) => opType);
      expect(ops(['gradient'])).not.toContain('Log');
      expect(ops(['loss'])).not.toContain('Softsign');
      expect(ops(['rowLosses']).filter((op) => op === 'ScatterElements').length).toBeLessThan(
        ops(['rowLosses', 'gradient']).filter((op) => op === 'ScatterElements').length,
      );
    });
  },
);

/** Shapes that an input of this one must not have: of length 1, longer, shorter. */
function wrongShapes(shape: readonly number[]): number[][] {
  const [rows, classes] = shape;
  if (shape.length === 1) return [[1], [rows + 1], [rows - 1], [0]];
  return [
    [1, classes],
    [rows, 1],
    [1, 1],
    [rows + 1, classes],
    [rows, classes + 1],
  ];
}

test.each([
  ['UNSUPPORTED', undefined],
  ['UNSUPPORTED', null],
  ['UNSUPPORTED', 'sigmoid'],
  ['UNSUPPORTED', {}],
  ['UNSUPPORTED', { form: 'sigmoid' }],
  ['UNSUPPORTED', { labels: 'index' }],
  ['UNSUPPORTED', { form: 'focal', labels: 'index' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'columns' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', labelType: 'uint8' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'rows', labelType: 'int32' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', outputs: 'loss' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', outputs: null }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', outputs: [] }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', outputs: ['logits'] }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', outputs: ['loss', 'logits'] }],
  ['REDUCTION', { form: 'sigmoid', labels: 'index', reduction: 'max' }],
  ['REDUCTION', { form: 'sigmoid', labels: 'index', reduction: null }],
  ['NORMALIZER_RANGE', { form: 'sigmoid', labels: 'index', reduction: 'sum', normalizer: true }],
  ['NORMALIZER_RANGE', { form: 'softmax', labels: 'index', reduction: 'none', normalizer: true }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', normalizer: 5 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', rowWeights: 1 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', foreground: 'yes' }],
  ['UNSUPPORTED', { form: 'softmax', labels: 'index', foreground: true }],
  ['UNSUPPORTED', { form: 'softmax', labels: 'index', beta: 'row' }],
  ['UNSUPPORTED', { form: 'softmax', labels: 'index', beta: 0.5 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', beta: 'class' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', beta: 'scalar' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', arithmetic: 'npu' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', logits: 'float64' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', as: 'model' }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', opset: 12 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', opset: 27 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', opset: 17.5 }],
  ['UNSUPPORTED', { form: 'sigmoid', labels: 'index', opset: '17' }],
])('%s for %o', (code, options) => {
  const build = (): Uint8Array => buildLossModel(options as unknown as LossModelOptions);
  expect(build).toThrow(EqlError);
  expect(build).toThrow(expect.objectContaining({ code }));
});
