// What the kernels are made for, checked before one is made.

import { type CheckedSigmoid, type CheckedSoftmax, EqlError, type Gate, type Reduction } from '@eqloss/core';
import { checkGpu, type GpuLike } from './gpu.ts';
import type { FormPlan, Kind } from './suite.ts';
import { unsupported } from './unsupported.ts';

/** What `createSigmoidEql` and `createSoftmaxEql` make kernels for. Later changes have no effect. */
export interface KernelOptions {
  /**
   * The most rows of a batch: an integer from 1 to 2^21. Batches of one kind run without compiling anew, whatever their size up to
   * it; kernels for other labels, other β or a texture are made when such a batch first comes.
   */
  readonly rows: number;
  /** C, if given the same as the gate's. rows * classes is at most 2^23. */
  readonly classes?: number;
  /** Which classes are tail, `[classes]`: core's `createGate`. SPEC G1, G2. */
  readonly gate: Gate;
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Which labels to compile for at creation; the other kind is compiled when it first comes. Default `index`. */
  readonly labels?: 'index' | 'rows';
  /** Softmax form: which β to compile for at creation, one for all or one per class, or one per element as drawn. Default `class`. */
  readonly beta?: 'class' | 'element';
  /** Whether row losses and gradient stay on the GPU, as gpu.js textures. Default false. */
  readonly pipeline?: boolean;
  /** Whether to refuse modes cpu and webasm, which gpu.js takes in silence where it finds no GPU. Default false. */
  readonly requireGpu?: boolean;
}

/** The options, complete and checked; the gate is a copy. */
export type CheckedOptions = Required<Omit<KernelOptions, 'classes' | 'labels' | 'beta'>> & {
  /** What to compile for at creation. */
  readonly first: Kind;
};

const NAMES = ['rows', 'classes', 'gate', 'reduction', 'labels', 'beta', 'pipeline', 'requireGpu'];
// The kernels find their row from an index in single precision: see placeOf of text/layout.ts.
const MOST_ROWS = 2 ** 21;
const MOST_ENTRIES = 2 ** 23;

/**
 * Checks everything that needs no batch.
 *
 * @throws {EqlError} `ROW_COUNT` for rows that are no integer from 1 to 2^21; `CLASS_COUNT` without a gate, or with one of other
 * classes; `REDUCTION`; `UNSUPPORTED` without options, for unknown ones or what they do not take, for more than 2^23 entries, and
 * for what is no gpu.js of the peer range
 */
export function checkOptions<P extends CheckedSigmoid | CheckedSoftmax>(
  gpu: GpuLike,
  options: KernelOptions,
  plan: FormPlan<P>,
): CheckedOptions {
  checkGpu(gpu);
  if (typeof options !== 'object' || options === null) {
    throw unsupported(`options are ${options}; wanted an object with at least rows and gate.`);
  }
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw unsupported(`option ${unknown} is unknown; there are ${NAMES.join(', ')}.`);
  }
  const { rows, gate, classes = gate?.classes, reduction = 'mean', labels = 'index' } = options;
  const { beta = 'class', pipeline = false, requireGpu = false } = options;
  if (labels !== 'index' && labels !== 'rows') {
    throw unsupported(`labels is ${labels}; wanted "index" or "rows", the kind to compile for first.`);
  }
  if (plan.form === 'sigmoid' && options.beta !== undefined) {
    throw unsupported('beta is an option of createSoftmaxEql: the sigmoid form has none.');
  }
  if (beta !== 'class' && beta !== 'element') {
    throw unsupported(`beta is ${beta}; wanted "class" or "element", the kind to compile for first.`);
  }
  for (const [name, flag] of Object.entries({ pipeline, requireGpu })) {
    if (typeof flag !== 'boolean') throw unsupported(`${name} is ${flag}; wanted true or false.`);
  }
  if (!(Number.isSafeInteger(rows) && rows >= 1 && rows <= MOST_ROWS)) {
    throw new EqlError(
      'ROW_COUNT',
      `rows is ${JSON.stringify(rows)}; wanted the most rows of a batch, an integer from 1 to 2^21.`,
    );
  }
  if (gate?.classes !== undefined && classes !== gate.classes) {
    throw new EqlError(
      'CLASS_COUNT',
      `classes is ${classes} but the gate has ${gate.classes}; leave it out, or make another gate.`,
    );
  }
  // An empty batch of the kind that is wanted first: core checks the rest of what it knows.
  const answers = labels === 'index' ? { labels: [] } : { targets: [] };
  const empty = { gate, ...answers, ...(plan.form === 'softmax' && { beta: 0 }) };
  const kind = plan.kindOf(plan.check([0, classes], empty, reduction));
  if (rows * gate.classes > MOST_ENTRIES) {
    throw unsupported(
      `${rows} rows of ${gate.classes} classes are ${rows * gate.classes} entries; gpu.js counts threads in single precision, which is exact up to 2^23. Take fewer rows.`,
    );
  }
  const first: Kind = beta === 'element' ? { ...kind, weights: 'element' } : kind;
  return { rows, gate: { ...gate, tail: gate.tail.slice() }, reduction, first, pipeline, requireGpu };
}
