// How the host reaches tensors of the cpu and wasm backends: their own objects, without importing their packages.

import type { Heap } from '@eqloss/wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A backend's memory, as the kernels need it. */
export interface HostMemory {
  /** The values where they lie. A later `make` may detach it. */
  view(tensor: TensorInfo): Float32Array;
  /** A new float32 tensor, not yet of the engine's. Its values are anything. */
  make(shape: number[]): TensorInfo;
  /** Gives back what `make` gave. */
  free(tensor: TensorInfo): void;
  /** The backend's WebAssembly heap, where it can be shared. */
  readonly heap: Heap | undefined;
}

/** @param backend Of `tf.backend()`: cpu or wasm. */
export function memoryOf(backend: unknown): HostMemory {
  return isWasm(backend) ? memoryOfWasm(backend) : memoryOfCpu(backend as CpuBackend);
}

interface CpuBackend {
  readonly data: { get(dataId: object): { values: ArrayLike<number> } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
  disposeIntermediateTensorInfo(tensor: TensorInfo): void;
}

interface WasmBackend {
  readonly wasm: {
    readonly asm?: { readonly memory?: unknown };
    readonly _malloc: (bytes: number) => number;
    readonly _free: (at: number) => void;
  };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  getMemoryOffset(dataId: object): number;
  disposeData(dataId: object): boolean;
}

function isWasm(backend: unknown): backend is WasmBackend {
  return typeof (backend as Partial<WasmBackend>).typedArrayFromHeap === 'function';
}

function memoryOfCpu(backend: CpuBackend): HostMemory {
  return {
    view: ({ dataId }) => {
      const entry = backend.data.get(dataId);
      // Some ops of the cpu backend leave plain arrays.
      if (!(entry.values instanceof Float32Array)) entry.values = Float32Array.from(entry.values);
      return entry.values as Float32Array;
    },
    make: (shape) => backend.makeTensorInfo(shape, 'float32', new Float32Array(shape.reduce((size, n) => size * n, 1))),
    free: (tensor) => backend.disposeIntermediateTensorInfo(tensor),
    heap: undefined,
  };
}

function memoryOfWasm(backend: WasmBackend): HostMemory {
  const { wasm } = backend;
  const memory = wasm.asm?.memory;
  return {
    view: (tensor) => {
      // Brings a tensor of another backend in, for which the heap may grow: then typedArrayFromHeap has the old one in hand.
      backend.getMemoryOffset(tensor.dataId);
      return backend.typedArrayFromHeap(tensor);
    },
    make: (shape) => backend.makeOutput(shape, 'float32'),
    free: ({ dataId }) => void backend.disposeData(dataId),
    heap:
      // The build with threads has a shared memory, and keeps it to itself.
      memory instanceof WebAssembly.Memory && memory.buffer instanceof ArrayBuffer
        ? { memory, allocate: (bytes) => wasm._malloc(bytes) >>> 0, free: (at) => wasm._free(at) }
        : undefined,
  };
}
