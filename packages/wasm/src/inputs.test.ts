import { type BatchInputs, checkSigmoid, checkSoftmax, createGate, type DrawnBeta, reduce } from '@eqloss/core';
import { codeOf, foreign, forms, lossOf, plainCase, tagged } from '@eqloss/core/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createKernels, type Kernel, type KernelBatch, type KernelOptions, type Kernels } from './index.ts';
import { backends, type Case, expectSameResult, type Result, ways } from './testing.ts';

const checkOf = { sigmoid: checkSigmoid, softmax: checkSoftmax };
const rows = 4;
const classes = 40;
const batches = {
  sigmoid: plainCase('sigmoid', rows, classes),
  softmax: plainCase('softmax', rows, classes),
};

/** Takes the memory of an array away, as a message to a worker does. */
function detach<T extends ArrayBufferView>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

/** A batch and options that are wrong, made anew for every call. `held`: outputs that must stay as they are. */
type Bad = (batch: Case) => { batch?: object; options?: object; held?: (Float32Array | Float64Array)[] };

const full = () => new Float32Array(rows * classes).fill(7);

const bad: [code: string, what: string, Bad][] = [
  ['DTYPE', 'logits in double', ({ logits }) => ({ batch: { logits: Float64Array.from(logits) } })],
  ['DTYPE', 'logits in a list', ({ logits }) => ({ batch: { logits: [...logits] } })],
  ['DTYPE', 'no logits', () => ({ batch: { logits: undefined } })],
  ['RANK', 'a shape of three', () => ({ batch: { shape: [rows, classes, 1] } })],
  ['ROW_COUNT', 'a label too many', () => ({ batch: { labels: [0, 1, 2, 3, 4] } })],
  ['CLASS_COUNT', 'logits that fill no row', ({ logits }) => ({ batch: { logits: logits.subarray(1), labels: [0] } })],
  [
    'CLASS_COUNT',
    'another gate',
    () => ({ batch: { gate: createGate([1], { threshold: 1 }), shape: [rows, classes] } }),
  ],
  ['LABEL_RANGE', 'a label too high', () => ({ batch: { labels: [0, 1, 2, 41] } })],
  ['TARGET_RANGE', 'a target of 2', () => ({ batch: { labels: undefined, targets: full().fill(2) } })],
  ['ROW_WEIGHT_RANGE', 'a row weight below 0', () => ({ batch: { rowWeights: [1, 1, 1, -1] } })],
  ['NORMALIZER_RANGE', 'a normalizer of 0', () => ({ batch: { normalizer: 0 } })],
  ['REDUCTION', 'an unknown reduction', () => ({ options: { reduction: 'average' } })],
  ['UNSUPPORTED', 'labels and targets', () => ({ batch: { targets: full().fill(0) } })],
  ['UNSUPPORTED', 'a row weight beyond single precision', () => ({ batch: { rowWeights: [1, 1, 1, 1e39] } })],
  ['UNSUPPORTED', 'an unknown input', () => ({ batch: { label: [0] } })],
  ['UNSUPPORTED', 'an unknown option', () => ({ options: { gradients: false } })],
  ['UNSUPPORTED', 'neither loss nor gradient', () => ({ options: { loss: false, gradient: false } })],
  ['UNSUPPORTED', 'loss of another kind', () => ({ options: { loss: 0 } })],
  ['UNSUPPORTED', 'loss and gradient of another kind', () => ({ options: { loss: 0, gradient: false } })],
  [
    'UNSUPPORTED',
    'a place for row losses without a loss',
    () => {
      const rowLosses = new Float64Array(rows).fill(7);
      return { options: { loss: false, rowLosses }, held: [rowLosses] };
    },
  ],
  ['BUFFER', 'a gradient of another kind', () => ({ options: { gradient: new Float64Array(rows * classes) } })],
  ['BUFFER', 'row losses in single', () => ({ options: { rowLosses: new Float32Array(rows) } })],
  ['BUFFER', 'row losses in a list', () => ({ options: { rowLosses: [0, 0, 0, 0] } })],
  ['BUFFER', 'detached logits', ({ logits }) => ({ batch: { logits: detach(logits.slice()) } })],
  ['BUFFER', 'detached labels', () => ({ batch: { labels: detach(new Int32Array(rows)) } })],
  ['BUFFER', 'detached targets', () => ({ batch: { labels: undefined, targets: detach(full()) } })],
  ['BUFFER', 'a detached gradient', () => ({ options: { gradient: detach(full()) } })],
  ['BUFFER', 'detached row losses', () => ({ options: { rowLosses: detach(new Float64Array(rows)) } })],
  ...[-1, 1].map((by): [string, string, Bad] => [
    'BUFFER',
    `a gradient of ${by} too many`,
    () => {
      const gradient = new Float32Array(rows * classes + by).fill(7);
      return { options: { gradient }, held: [gradient] };
    },
  ]),
  ...[-1, 1].map((by): [string, string, Bad] => [
    'BUFFER',
    `row losses of ${by} too many`,
    () => {
      const rowLosses = new Float64Array(rows + by).fill(7);
      return { options: { rowLosses }, held: [rowLosses] };
    },
  ]),
  ...[1, -1, classes, rows * classes - 1].map((by): [string, string, Bad] => [
    'BUFFER',
    `a gradient that lies ${by} beside the logits`,
    () => {
      const length = rows * classes;
      const both = new Float32Array(2 * length).fill(7);
      const [one, other] = [both.subarray(length - Math.abs(by)), both.subarray(length)];
      const [logits, gradient] = by > 0 ? [one, other] : [other, one];
      return {
        batch: { logits: logits.subarray(0, length) },
        options: { gradient: gradient.subarray(0, length) },
        held: [both],
      };
    },
  ]),
  [
    'BUFFER',
    'a gradient over the targets',
    () => {
      const targets = full().fill(0.5);
      return { batch: { labels: undefined, targets }, options: { gradient: targets } };
    },
  ],
  [
    'BUFFER',
    'a gradient over the labels',
    () => {
      const gradient = full();
      const labels = new Int32Array(gradient.buffer, 0, rows).fill(1);
      return { batch: { labels }, options: { gradient } };
    },
  ],
  [
    'BUFFER',
    'a gradient over the row losses',
    () => {
      const gradient = full();
      const rowLosses = new Float64Array(gradient.buffer, 8, rows);
      return { options: { gradient, rowLosses }, held: [gradient] };
    },
  ],
  [
    'BUFFER',
    'row losses over the logits',
    ({ logits }) => {
      const own = logits.slice();
      return { batch: { logits: own }, options: { rowLosses: new Float64Array(own.buffer, 0, rows) } };
    },
  ],
];

describe.each([...backends, 'threads' as const])('%s', (backend) => {
  let kernels: Kernels;
  const expected = new Map<string, Result>();
  beforeAll(async () => {
    kernels = await createKernels(backend === 'threads' ? { threads: 2, shareFrom: 0 } : { backend });
    for (const form of forms) expected.set(form, ways['ordinary arrays'](kernels, form, batches[form]));
  });
  afterAll(() => kernels.dispose());

  const expectUnharmed = (form: 'sigmoid' | 'softmax') =>
    expectSameResult(ways['ordinary arrays'](kernels, form, batches[form]), expected.get(form) as Result);

  test.each(bad)('%s: %s is refused, nothing is written, and the next call is right', (code, _, make) => {
    for (const form of forms) {
      const { batch, options = {}, held = [] } = make(batches[form]);
      const before = held.map((array) => array.slice());
      const gradient = full();
      const rowLosses = new Float64Array(rows).fill(7);
      const asked = { gradient, ...('loss' in options ? {} : { rowLosses }), ...options } as KernelOptions;
      const run = () => kernels[form]({ ...batches[form], ...batch } as KernelBatch, asked);
      expect(codeOf(run), form).toBe(code);
      expect(held, form).toEqual(before);
      expect(gradient.every((value) => value === 7)).toBe(true);
      expect(rowLosses.every((value) => value === 7)).toBe(true);
      expectUnharmed(form);
    }
  });

  test('UNSUPPORTED: no batch, or options that are none', () => {
    for (const form of forms) {
      const kernel = kernels[form] as (...args: unknown[]) => unknown;
      for (const nothing of [undefined, null, 2]) expect(codeOf(() => kernel(nothing))).toBe('UNSUPPORTED');
      for (const nothing of [null, 2]) expect(codeOf(() => kernel(batches[form], nothing))).toBe('UNSUPPORTED');
    }
  });

  test('null for an optional input or option counts as left out', () => {
    for (const form of forms) {
      const nothing = { targets: null, rowWeights: null, normalizer: null, shape: null };
      const batch = { ...batches[form], ...nothing } as unknown as KernelBatch;
      const options = { reduction: null, loss: null, gradient: null, rowLosses: null } as unknown as KernelOptions;
      expectSameResult(kernels[form](batch, options) as Result, expected.get(form) as Result);
    }
  });

  test('what belongs to the other form is refused', () => {
    expect(codeOf(() => kernels.sigmoid({ ...batches.sigmoid, beta: 0.5 }))).toBe('UNSUPPORTED');
    expect(codeOf(() => kernels.sigmoid({ ...batches.sigmoid, foreground: [1, 2, 0, 0] }))).toBe('FOREGROUND_RANGE');
    expect(codeOf(() => kernels.softmax({ ...batches.softmax, beta: undefined }))).toBe('BETA_RANGE');
    expect(codeOf(() => kernels.softmax({ ...batches.softmax, beta: 2 }))).toBe('BETA_RANGE');
    expect(codeOf(() => kernels.softmax({ ...batches.softmax, foreground: [1, 1, 0, 0] }))).toBe('UNSUPPORTED');
    expect(codeOf(() => kernels.softmax({ ...batches.softmax, beta: detach(new Float32Array(classes)) }))).toBe(
      'BUFFER',
    );
    const beta = full().fill(0.5);
    expect(codeOf(() => kernels.softmax({ ...batches.softmax, beta }, { gradient: beta }))).toBe('BUFFER');
  });

  test('β that is drawn wrongly is refused', () => {
    const code = (beta: object) => codeOf(() => kernels.softmax({ ...batches.softmax, beta: beta as DrawnBeta }));
    const draws = { gamma: 0.9, seed: 1, step: 0 };
    expect(code({ ...draws, gamma: 2 })).toBe('BETA_RANGE');
    expect(code({ ...draws, seed: 0.5 })).toBe('BETA_RANGE');
    expect(code({ ...draws, step: undefined })).toBe('BETA_RANGE');
    expect(code({ ...draws, rowOffset: -1 })).toBe('ROW_COUNT');
    expect(code({ ...draws, offset: 1 })).toBe('UNSUPPORTED');
    expect(code({ seed: 1, step: 0 })).toBe('CLASS_COUNT');
    expect(codeOf(() => kernels.sigmoid({ ...batches.sigmoid, beta: draws }))).toBe('UNSUPPORTED');
    expectUnharmed('softmax');
  });

  test('a batch that is checked runs as it is, into what is asked for', () => {
    for (const form of forms) {
      const { logits, ...inputs } = batches[form];
      const checked = checkOf[form]([rows, classes], inputs);
      const { loss, rowLosses, gradient } = expected.get(form) as Result;
      const outputs = { rowLosses: new Float64Array(rows), gradient: full() };
      kernels.run(checked, logits, outputs);
      expectSameResult({ ...outputs, loss: reduce(checked, outputs.rowLosses) }, { loss, rowLosses, gradient });
      const alone = full();
      kernels.run(checked, logits, { gradient: alone });
      expect(alone).toEqual(gradient);
      const inPlace = logits.slice();
      kernels.run(checked, inPlace, { gradient: inPlace });
      expect(inPlace).toEqual(gradient);
      const code = (z: Float32Array, g: Float32Array) => codeOf(() => kernels.run(checked, z, { gradient: g }));
      expect(code(logits.subarray(1), full())).toBe('BUFFER');
      expect(code(logits, full().subarray(1))).toBe('BUFFER');
      expect(code(detach(logits.slice()), full())).toBe('BUFFER');
      const both = new Float32Array(rows * classes + 1);
      expect(code(both.subarray(0, -1), both.subarray(1))).toBe('BUFFER');
      expect(codeOf(() => kernels.run(checked, logits, { rowLosses: new Float64Array(rows + 1) }))).toBe('BUFFER');
    }
    const draws = { gamma: 0.9, seed: 1, step: 0 };
    const { logits, ...inputs } = batches.sigmoid;
    const sigmoid = checkSigmoid([rows, classes], inputs);
    expect(codeOf(() => kernels.run(sigmoid, logits, { gradient: full() }, draws))).toBe('UNSUPPORTED');
    const softmax = checkSoftmax([rows, classes], { ...batches.softmax, logits: undefined, beta: 0 } as BatchInputs);
    const gradient = full();
    kernels.run(softmax, batches.softmax.logits, { gradient }, draws);
    expect(gradient).toEqual(kernels.softmax({ ...batches.softmax, beta: draws }).gradient);
  });

  test('arrays in allocated memory may overlap no less than others', () => {
    const buffers = kernels.allocate({ rows: 2 * rows, classes });
    const length = rows * classes;
    for (const form of forms) {
      const own = buffers.logits.subarray(0, length);
      own.set(batches[form].logits);
      const batch = { ...batches[form], logits: own };
      const shifted = buffers.logits.subarray(1, length + 1);
      expect(codeOf(() => kernels[form](batch, { gradient: shifted }))).toBe('BUFFER');
      expect([...own]).toEqual([...batches[form].logits]);
      // Beside the logits, in the same array, there is room.
      const { gradient } = kernels[form](batch, { gradient: buffers.logits.subarray(length) });
      expect([...gradient]).toEqual([...(expected.get(form) as Result).gradient]);
    }
    buffers.dispose();
  });

  test('logits and gradient over shared memory work', () => {
    for (const form of forms) {
      const logits = new Float32Array(new SharedArrayBuffer(4 * rows * classes));
      logits.set(batches[form].logits);
      const gradient = new Float32Array(new SharedArrayBuffer(4 * rows * classes));
      const result = kernels[form]({ ...batches[form], logits }, { gradient }) as Result;
      expectSameResult(result, expected.get(form) as Result);
      const inPlace = kernels[form]({ ...batches[form], logits }, { gradient: logits }) as Result;
      expectSameResult(inPlace, expected.get(form) as Result);
    }
  });

  test('logits of another realm, and views that begin anywhere, are logits', () => {
    for (const form of forms) {
      const wide = new Float32Array(rows * classes + 1);
      wide.set(batches[form].logits, 1);
      const away = tagged(foreign(wide.subarray(1)), 'Float32Array');
      for (const logits of [wide.subarray(1), away]) {
        expectSameResult(kernels[form]({ ...batches[form], logits }) as Result, expected.get(form) as Result);
      }
    }
  });

  test('allocate refuses what is no size, and what there is no memory for', () => {
    for (const count of [-1, 1.5, Number.NaN, Infinity, '2']) {
      expect(codeOf(() => kernels.allocate({ rows: count as number, classes: 2 }))).toBe('ROW_COUNT');
      expect(codeOf(() => kernels.allocate({ rows: 2, classes: count as number }))).toBe('CLASS_COUNT');
    }
    expect(codeOf(() => kernels.allocate({ rows: 2, classes: 0 }))).toBe('CLASS_COUNT');
    expect(codeOf(() => kernels.allocate({ rows: 1e6, classes: 1e6 }))).toBe('OUT_OF_MEMORY');
    expect(codeOf(() => kernels.allocate({ rows: 2 ** 52, classes: 2 ** 52 }))).toBe('OUT_OF_MEMORY');
    for (const form of forms) expectUnharmed(form);
  });

  test('a result that there is no memory for is OUT_OF_MEMORY, and the next call is right', () => {
    const real = Float32Array;
    const none = class extends real {
      constructor(...args: [number]) {
        if (args[0] === rows * classes) throw new RangeError('Array buffer allocation failed');
        super(...args);
      }
    };
    const logits = batches.sigmoid.logits.slice();
    vi.stubGlobal('Float32Array', none);
    try {
      expect(codeOf(() => kernels.sigmoid({ ...batches.sigmoid, logits }))).toBe('OUT_OF_MEMORY');
    } finally {
      vi.unstubAllGlobals();
    }
    expectUnharmed('sigmoid');
  });

  test('arrays that were disposed of are refused, others are not', () => {
    const [one, other] = [kernels.allocate({ rows, classes }), kernels.allocate({ rows, classes })];
    one.dispose();
    one.dispose();
    for (const form of forms) {
      const batch = batches[form];
      other.logits.set(batch.logits);
      expect(codeOf(() => kernels[form]({ ...batch, logits: one.logits }))).toBe('DISPOSED');
      expect(codeOf(() => kernels[form](batch, { gradient: one.gradient }))).toBe('DISPOSED');
      expect(codeOf(() => kernels[form]({ ...batch, logits: other.logits }, { gradient: one.logits }))).toBe(
        'DISPOSED',
      );
      const right = kernels[form]({ ...batch, logits: other.logits }, { gradient: other.gradient }) as Result;
      expectSameResult(right, expected.get(form) as Result);
    }
    other.dispose();
  });

  test('kernels that were disposed of refuse everything, and their arrays stay readable', async () => {
    const own = await createKernels(backend === 'threads' ? { threads: 2, shareFrom: 0 } : { backend });
    const buffers = own.allocate({ rows, classes });
    buffers.logits.set(batches.sigmoid.logits);
    own.dispose();
    own.dispose();
    for (const form of forms) expect(codeOf(() => own[form](batches[form]))).toBe('DISPOSED');
    expect(codeOf(() => own.allocate({ rows, classes }))).toBe('DISPOSED');
    expect([...buffers.logits]).toEqual([...batches.sigmoid.logits]);
    buffers.dispose();
    buffers.dispose();
  });

  test('arrays of other kernels are ordinary arrays', async () => {
    const other = await createKernels();
    const buffers = other.allocate({ rows, classes });
    for (const form of forms) {
      buffers.logits.set(batches[form].logits);
      const batch = { ...batches[form], logits: buffers.logits };
      const result = kernels[form](batch, { gradient: buffers.gradient }) as Result;
      expectSameResult(result, expected.get(form) as Result);
    }
    other.dispose();
  });

  test('an allocated array may be used for batches of another shape', () => {
    const buffers = kernels.allocate({ rows: classes, classes: rows });
    for (const form of forms) {
      buffers.logits.set(batches[form].logits);
      const batch = { ...batches[form], logits: buffers.logits };
      expectSameResult(kernels[form](batch) as Result, expected.get(form) as Result);
    }
    buffers.dispose();
  });

  test('an empty batch, and one of ignored rows, cost nothing (R4)', () => {
    for (const form of forms) {
      const { gate } = batches[form];
      const beta = form === 'softmax' ? { beta: 1 } : {};
      const kernel = kernels[form] as Kernel;
      const empty = kernel({ gate, logits: new Float32Array(0), labels: [], ...beta });
      expect(empty).toEqual({ loss: 0, rowLosses: new Float64Array(0), gradient: new Float32Array(0) });
      const ignored = kernel({ gate, logits: full().fill(Number.NaN), labels: [-1, -1, -1, -1], ...beta });
      expect(ignored).toEqual({
        loss: 0,
        rowLosses: new Float64Array(rows),
        gradient: new Float32Array(rows * classes),
      });
      const weightless = {
        gate,
        logits: full().fill(Infinity),
        labels: [0, 1, 2, 3],
        rowWeights: [0, 0, 0, 0],
        ...beta,
      };
      expect(kernel(weightless).loss).toBe(lossOf[form](weightless).loss);
    }
  });
});
