// Reads what the caller gave, tensors or arrays, into the plain arrays that core checks. Nothing here computes.

import { type BatchInputs, EqlError, type Gate, type Reduction } from '@eqloss/core';
import { engine, Tensor } from '@tensorflow/tfjs-core';
import type { Labels, Rows, Values } from './options.ts';

/** The options of both forms, before any check. Null counts as left out, as it does in core. */
export interface AnyOptions {
  readonly reduction?: Reduction | null;
  readonly normalizer?: number | null;
  readonly rowWeights?: Values | null;
  readonly foreground?: Values | null;
  readonly beta?: number | Rows | null;
}

/** What came, as core takes it, and the shapes that flat arrays do not show. */
export interface HostBatch {
  readonly inputs: BatchInputs;
  readonly reduction: Reduction | undefined;
  /** Refuses a wrong shape whose number of values happens to fit. Call it after core's own checks. */
  checkShapes(): void;
}

/**
 * Reads labels and options to the host.
 *
 * @throws {EqlError} `DTYPE` for logits that are no float tensor; `CLASS_COUNT` for nested arrays that are no rows of one
 * length; `UNSUPPORTED` for an unknown option or a tensor that cannot be read synchronously; `DISPOSED` for a disposed
 * tensor.
 */
export function readBatch(labels: Labels, logits: Tensor, gate: Gate, given: AnyOptions | null | undefined): HostBatch {
  if (!(logits instanceof Tensor) || logits.dtype !== 'float32') {
    const came = logits instanceof Tensor ? `a tensor of ${logits.dtype}` : typeof logits;
    throw new EqlError('DTYPE', `logits are ${came}; wanted a float32 tensor [rows, classes].`);
  }
  refuseDisposed('logits', logits);
  const options = given ?? {};
  checkNames(options);
  const answers = readGiven('labels', labels);
  const rowWeights = readGiven('rowWeights', options.rowWeights);
  const foreground = readGiven('foreground', options.foreground);
  const beta = typeof options.beta === 'number' ? options.beta : readGiven('beta', options.beta);
  const areTargets = answers !== undefined && isTargets(answers, logits.shape);
  return {
    inputs: {
      gate,
      labels: areTargets ? undefined : answers?.data,
      targets: areTargets ? answers.data : undefined,
      rowWeights: rowWeights?.data,
      foreground: foreground?.data,
      // A scalar tensor is a number.
      beta: typeof beta === 'object' ? (beta.shape.length === 0 ? beta.data[0] : beta.data) : beta,
      normalizer: options.normalizer ?? undefined,
    },
    reduction: options.reduction ?? undefined,
    checkShapes() {
      if (areTargets) checkRows('targets', answers.shape, logits.shape);
      else checkList('labels', answers);
      checkList('rowWeights', rowWeights);
      checkList('foreground', foreground);
      if (typeof beta === 'object') checkRows('beta', beta.shape, logits.shape);
    },
  };
}

interface HostArray {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  /** An array that is not nested: the only kind whose rank says nothing. */
  readonly flat: boolean;
}

const known: ReadonlySet<string> = new Set(['reduction', 'rowWeights', 'normalizer', 'foreground', 'beta']);

function checkNames(options: AnyOptions): void {
  if (typeof options !== 'object') {
    throw new EqlError('UNSUPPORTED', `options came as ${typeof options}; wanted an object, or nothing.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new EqlError('UNSUPPORTED', `option ${name} is unknown; there are ${[...known].join(', ')}.`);
    }
  }
}

function isTargets({ data, shape, flat }: HostArray, logits: readonly number[]): boolean {
  if (!flat) return shape.length > 1;
  const [rows, classes] = logits;
  return logits.length === 2 && data.length === rows * classes && data.length !== rows;
}

/** Core sees only how many values there are: [classes, rows] must not pass for [rows, classes]. */
function checkRows(name: string, shape: readonly number[], [rows, classes]: readonly number[]): void {
  if (shape.length < 2 || (shape.length === 2 && shape[0] === rows && shape[1] === classes)) return;
  throw new EqlError(
    shape.length === 2 && shape[1] === classes ? 'ROW_COUNT' : 'CLASS_COUNT',
    `${name} have shape [${shape.join(', ')}]; the logits have [${rows}, ${classes}].`,
  );
}

/** Core counts one value a row: [rows, 1] and a scalar must not pass for [rows]. */
function checkList(name: string, values: HostArray | undefined): void {
  if (values === undefined || values.shape.length === 1) return;
  throw new EqlError('ROW_COUNT', `${name} have shape [${values.shape.join(', ')}]; wanted [rows].`);
}

function readGiven(name: string, values: Values | Rows | null | undefined): HostArray | undefined {
  if (values === undefined || values === null) return undefined;
  if (values instanceof Tensor) return { data: readTensor(name, values), shape: values.shape, flat: false };
  if (!isNested(values)) return { data: values, shape: [values.length], flat: true };
  return { ...flatten(name, values), flat: false };
}

/** What the values are, is for core to judge: a Float64Array would turn null into 0. */
function flatten(name: string, rows: ArrayLike<ArrayLike<number> | null>): Omit<HostArray, 'flat'> {
  const columns = rows[0]?.length;
  const data: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row?.length !== 'number' || isNested(row)) {
      throw new EqlError('CLASS_COUNT', `${name}[${i}] is no list of numbers; wanted one row of ${name}.`);
    }
    if (row.length !== columns) {
      throw new EqlError('CLASS_COUNT', `${name}[${i}] has ${row.length} values but ${name}[0] has ${columns}.`);
    }
    for (let j = 0; j < columns; j++) data.push(row[j]);
  }
  return { data, shape: [rows.length, columns ?? 0] };
}

function isNested(values: Values | Rows): values is ArrayLike<ArrayLike<number>> {
  const first = (values as ArrayLike<unknown>)[0];
  return typeof first === 'object' && first !== null;
}

function readTensor(name: string, tensor: Tensor): ArrayLike<number> {
  refuseDisposed(name, tensor);
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32' && tensor.dtype !== 'bool') {
    throw new EqlError('UNSUPPORTED', `${name} are a tensor of ${tensor.dtype}; wanted numbers.`);
  }
  if (!isOnHost(tensor)) {
    throw new EqlError(
      'UNSUPPORTED',
      `${name} are a tensor that only the GPU holds, and WebGPU cannot be read synchronously; await ${name}.data() once before, or give an array.`,
    );
  }
  return tensor.dataSync();
}

/**
 * Whether dataSync() gives the tensor's values. The webgpu backend reads through a canvas, which Node does not have; and
 * on a software GPU the canvas gives zeros, without an error: every row would have the label 0.
 */
function isOnHost(tensor: Tensor): boolean {
  const backend = engine().state.tensorInfo.get(tensor.dataId)?.backend as HoldsTensors | undefined;
  const entry = backend?.tensorMap?.get(tensor.dataId);
  return entry === undefined || (entry.values !== null && entry.values !== undefined);
}

/** The webgpu backend, and only it: what it holds of a tensor on the host, if it does. */
interface HoldsTensors {
  readonly tensorMap?: { get(dataId: object): { readonly values?: unknown } | undefined };
}

function refuseDisposed(name: string, tensor: Tensor): void {
  if (tensor.isDisposed) throw new EqlError('DISPOSED', `${name} are a disposed tensor.`);
}
