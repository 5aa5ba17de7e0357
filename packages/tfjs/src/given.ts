// What the caller gave for one input, as plain numbers or, when only the GPU has them, as a tensor. Nothing here computes.

import { EqlError } from '@eqloss/core';
import { engine, getBackend, Tensor } from '@tensorflow/tfjs-core';

/** One input, read. */
export interface Given {
  /** Row-major; undefined when only the GPU has the values. */
  readonly data: ArrayLike<number> | undefined;
  /** The tensor, when only the GPU has the values. */
  readonly tensor: Tensor | undefined;
  readonly shape: readonly number[];
  /** An array that is not nested: the only kind whose rank says nothing. */
  readonly flat: boolean;
}

/** What may be done with a tensor that only the GPU has: `read` waits for it, `keep` hands it on. */
export type GpuPolicy = 'read' | 'keep';

/**
 * Reads one input.
 *
 * @param name For messages.
 * @param values A tensor of numbers, or an array, nested as deep as it likes.
 * @throws {EqlError} `CLASS_COUNT` for nested arrays that are not rectangular; `UNSUPPORTED` for a tensor of another dtype,
 * of another copy of tfjs, or that cannot be read synchronously; `DISPOSED`.
 */
export function readGiven(name: string, values: unknown, policy: GpuPolicy): Given | undefined {
  if (values === undefined || values === null) return undefined;
  if (values instanceof Tensor) return readTensor(name, values, policy);
  if (!isList(values)) {
    throw new EqlError('UNSUPPORTED', `${name} came as ${typeof values}; wanted a tensor or an array of numbers.`);
  }
  const list: ArrayLike<unknown> = values;
  if (!isObject(list[0])) {
    return { data: list as ArrayLike<number>, tensor: undefined, shape: [list.length], flat: true };
  }
  return { ...flatten(name, list), tensor: undefined, flat: false };
}

/**
 * Refuses a tensor that the engine of this package does not know: with two copies of tfjs-core in one program, ops of one
 * would run on tensors of the other, and answer with whatever lies there.
 *
 * @throws {EqlError} `UNSUPPORTED`, `DISPOSED`
 */
export function checkTensor(name: string, tensor: Tensor): void {
  if (tensor.isDisposed) throw new EqlError('DISPOSED', `${name} are a disposed tensor.`);
  if (!Object.prototype.isPrototypeOf.call(Tensor.prototype, tensor) || !engine().state.tensorInfo.has(tensor.dataId)) {
    throw new EqlError(
      'UNSUPPORTED',
      `${name} are a tensor of another copy of @tensorflow/tfjs-core than the one that @eqloss/tfjs imports. Load tfjs once: import it from npm on both sides, in one version (npm ls @tensorflow/tfjs-core), and not by a script tag beside it.`,
    );
  }
}

function readTensor(name: string, tensor: Tensor, policy: GpuPolicy): Given {
  checkTensor(name, tensor);
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32' && tensor.dtype !== 'bool') {
    throw new EqlError('UNSUPPORTED', `${name} are a tensor of ${tensor.dtype}; wanted numbers.`);
  }
  const { shape } = tensor;
  const holder = gpuOf(tensor);
  if (holder === undefined) return { data: tensor.dataSync(), tensor: undefined, shape, flat: false };
  if (policy === 'keep' && holder === getBackend()) return { data: undefined, tensor, shape, flat: false };
  if (holder === 'webgpu') refuseReading(name);
  return { data: tensor.dataSync(), tensor: undefined, shape, flat: false };
}

/**
 * Refuses logits that would have to be read from webgpu to be computed on another backend.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkMovable(name: string, tensor: Tensor): void {
  if (getBackend() !== 'webgpu' && gpuOf(tensor) === 'webgpu') refuseReading(name);
}

/** It reads through a canvas, which Node does not have; and on a software GPU the canvas gives zeros, without an error. */
function refuseReading(name: string): never {
  throw new EqlError(
    'UNSUPPORTED',
    `${name} are a tensor that only the GPU holds, and WebGPU cannot be read synchronously; await ${name}.data() once before, or give an array.`,
  );
}

/** Which GPU backend alone has the values, if one does. */
function gpuOf(tensor: Tensor): string | undefined {
  const backend = engine().state.tensorInfo.get(tensor.dataId)?.backend as GpuBackend | undefined;
  const [name, map] = backend?.tensorMap ? ['webgpu', backend.tensorMap] : ['webgl', backend?.texData];
  const entry = map?.get(tensor.dataId);
  return entry === undefined || (entry.values !== null && entry.values !== undefined) ? undefined : name;
}

/** What the webgpu and webgl backends, and only they, hold of a tensor on the host, if they do. */
interface GpuBackend {
  readonly tensorMap?: DataMap;
  readonly texData?: DataMap;
}

interface DataMap {
  get(dataId: object): { readonly values?: unknown } | undefined;
}

/** What the values are, is for core to judge: a Float64Array would turn null into 0. */
function flatten(name: string, list: ArrayLike<unknown>): { readonly data: number[]; readonly shape: number[] } {
  const shape: number[] = [];
  for (let first: unknown = list; isObject(first); first = (first as ArrayLike<unknown>)[0]) {
    if (!isList(first)) break;
    shape.push(first.length);
  }
  const data: number[] = [];
  const walk = (values: unknown, path: string, depth: number): void => {
    if (!isList(values) || (depth === shape.length - 1 && isObject(values[0]))) {
      throw new EqlError('CLASS_COUNT', `${path} is no list of numbers; wanted one row of ${name}.`);
    }
    if (values.length !== shape[depth]) {
      const first = `${name}${'[0]'.repeat(depth)}`;
      throw new EqlError('CLASS_COUNT', `${path} has ${values.length} values but ${first} has ${shape[depth]}.`);
    }
    for (let k = 0; k < values.length; k++) {
      if (depth === shape.length - 1) data.push(values[k] as number);
      else walk(values[k], `${path}[${k}]`, depth + 1);
    }
  };
  walk(list, name, 0);
  return { data, shape };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return isObject(value) && typeof (value as ArrayLike<unknown>).length === 'number';
}
