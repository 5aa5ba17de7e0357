// Kernels over somebody else's memory, such as the heap of a framework whose tensors lie there.

import { EqlError } from '@eqloss/core';
import { type Arena, type ArenaSize, borrowArena, bytesOf, renewArena, TABLE } from './arena.ts';
import type { Shelf } from './shelf.ts';
import type { Memory, Module } from './webassembly.ts';

/** A memory that belongs to somebody else, and what allocates in it. */
export interface Heap {
  /** Not shared with other threads. It may grow between calls. */
  readonly memory: Memory;
  /** Gives the address of so many bytes, as C's `malloc` does: 0 when there is no room. Called once, by `createKernelsSync`. */
  allocate(bytes: number): number;
  /** Takes them back. Called once, by `dispose`. */
  free(at: number): void;
}

/** Room for every number of classes, so that no call allocates: growing the heap would detach the views of its caller. */
const SIZE: ArenaSize = { classes: TABLE, threads: 1, userBytes: 0 };

/** A cache line; `malloc` gives multiples of 8, or of 16. */
const ALIGNMENT = 64;

/** @throws {EqlError} `UNSUPPORTED` */
export function checkHeap(heap: Heap): void {
  const { memory, allocate, free } = heap;
  if (tagOf(memory) !== 'WebAssembly.Memory' || typeof allocate !== 'function' || typeof free !== 'function') {
    const came = `${tagOf(memory)}, ${tagOf(allocate)} and ${tagOf(free)}`;
    throw new EqlError(
      'UNSUPPORTED',
      `heap has ${came}; wanted a WebAssembly.Memory, and the functions allocate and free.`,
    );
  }
  if (tagOf(memory.buffer) === 'SharedArrayBuffer') {
    throw new EqlError(
      'UNSUPPORTED',
      'the heap is shared with other threads, which might write to it meanwhile; leave heap out, and arrays are copied.',
    );
  }
}

/**
 * The one arena in a heap.
 *
 * @throws {EqlError} `OUT_OF_MEMORY`; `UNSUPPORTED` when the kernels cannot be linked to such a memory
 */
export function createHeapShelf(module: Module, heap: Heap): Shelf {
  const { memory } = heap;
  const given = allocateIn(heap, bytesOf(SIZE) + ALIGNMENT);
  let arena: Arena;
  try {
    arena = borrowArena(module, memory, Math.ceil((given >>> 0) / ALIGNMENT) * ALIGNMENT, SIZE);
  } catch (error) {
    heap.free(given);
    throw new EqlError('UNSUPPORTED', `the kernels cannot use this heap: ${messageOf(error)}.`);
  }
  let isFree = false;
  return {
    threads: 1,
    arenaOf: () => {
      arena = renewArena(arena);
      return arena;
    },
    allocate: () => {
      throw new EqlError(
        'UNSUPPORTED',
        'kernels over a heap allocate no arrays: make views of the heap, anew whenever it has grown.',
      );
    },
    clear: () => {
      if (!isFree) heap.free(given);
      isFree = true;
    },
  };
}

/** What `allocate` gave, as it was: above 2 GB, some give negative numbers and want them back. */
function allocateIn(heap: Heap, bytes: number): number {
  let at: number;
  try {
    at = heap.allocate(bytes);
  } catch (error) {
    throw new EqlError('OUT_OF_MEMORY', `the heap has no room for ${bytes} bytes: ${messageOf(error)}.`);
  }
  if (!Number.isInteger(at) || at === 0 || (at >>> 0) + bytes > heap.memory.buffer.byteLength) {
    throw new EqlError('OUT_OF_MEMORY', `the heap gave ${String(at)} for ${bytes} bytes.`);
  }
  return at;
}

/** Also of what another frame made, where `instanceof` fails. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
