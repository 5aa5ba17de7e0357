// Reads what the caller gave, tensors or arrays, into the plain arrays that core checks. Nothing here computes.

import { type BatchInputs, EqlError, type Gate } from '@eqloss/core';
import { engine, Tensor } from '@tensorflow/tfjs-core';
import type { Labels, Rows, Values } from './options.ts';

/** The options of both forms, before any check. */
export interface AnyOptions {
  readonly reduction?: unknown;
  readonly normalizer?: number;
  readonly rowWeights?: Values;
  readonly foreground?: Values;
  readonly beta?: number | Rows;
}

/** What came, as core takes it, and the shapes that flat arrays do not show. */
export interface HostBatch {
  readonly inputs: BatchInputs;
  /** Refuses rows of the wrong shape whose number of values happens to fit. Call it after core's own checks. */
  checkShapes(): void;
}

/**
 * Reads labels and options to the host.
 *
 * @throws {EqlError} `DTYPE` for logits that are no float tensor; `UNSUPPORTED` for an unknown option or a tensor that
 * cannot be read synchronously; `DISPOSED` for a disposed tensor.
 */
export function readBatch(labels: Labels, logits: Tensor, gate: Gate, options: AnyOptions): HostBatch {
  if (!(logits instanceof Tensor) || logits.dtype !== 'float32') {
    const came = logits instanceof Tensor ? `a tensor of ${logits.dtype}` : typeof logits;
    throw new EqlError('DTYPE', `logits are ${came}; wanted a float32 tensor [rows, classes].`);
  }
  refuseDisposed('logits', logits);
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new EqlError('UNSUPPORTED', `option ${name} is unknown; there are ${[...known].join(', ')}.`);
    }
  }
  const { normalizer, beta } = options;
  const given = labels === undefined || labels === null ? undefined : read('labels', labels);
  const rowWeights = options.rowWeights === undefined ? undefined : read('rowWeights', options.rowWeights).data;
  const foreground = options.foreground === undefined ? undefined : read('foreground', options.foreground).data;
  const betas = beta === undefined || typeof beta === 'number' ? undefined : read('beta', beta);
  const areTargets = given !== undefined && isTargets(given, logits.shape);
  const inputs: BatchInputs = {
    gate,
    labels: areTargets ? undefined : given?.data,
    targets: areTargets ? given.data : undefined,
    rowWeights,
    foreground,
    // A scalar tensor is a number.
    beta: betas?.shape.length === 0 ? betas.data[0] : (betas?.data ?? (beta as number | undefined)),
    normalizer,
  };
  return {
    inputs,
    checkShapes() {
      if (areTargets) checkRows('targets', given.shape, logits.shape);
      if (betas) checkRows('beta', betas.shape, logits.shape);
    },
  };
}

interface HostArray {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

const known: ReadonlySet<string> = new Set(['reduction', 'rowWeights', 'normalizer', 'foreground', 'beta']);

function isTargets({ data, shape }: HostArray, logits: readonly number[]): boolean {
  if (shape.length !== 1) return shape.length > 1;
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

function read(name: string, values: Values | Rows): HostArray {
  if (values instanceof Tensor) return { data: readTensor(name, values), shape: values.shape };
  if (!isNested(values)) return { data: values, shape: [values.length] };
  const columns = values[0].length;
  const data = new Float64Array(values.length * columns);
  for (let i = 0; i < values.length; i++) {
    if (values[i].length !== columns) {
      throw new EqlError('CLASS_COUNT', `${name}[${i}] has ${values[i].length} values but ${name}[0] has ${columns}.`);
    }
    data.set(values[i], i * columns);
  }
  return { data, shape: [values.length, columns] };
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
