// The memories of one set of kernels: which there are, which are free, where a batch is calculated.

import { EqlError } from '@eqloss/core';
import { type Arena, bytesOf, createArena, recycleArena, TABLE } from './arena.ts';
import type { Pool } from './threads.ts';
import type { Module } from './webassembly.ts';

/** Room for batches, in the kernels' own memory. */
export interface Buffers {
  /** `[rows * classes]`, zeros. */
  readonly logits: Float32Array;
  /** `[rows * classes]`, zeros. */
  readonly gradient: Float32Array;
  /**
   * Gives the memory back; batches with these arrays are refused with `DISPOSED` from then on, and the arrays must not be
   * used otherwise. With threads, the next `allocate` may use the memory again. Twice is once.
   */
  dispose(): void;
}

/** All memories of some kernels. */
export interface Shelf {
  readonly threads: number;
  /** Where a batch is calculated: where one of its arrays lies, if that has room for the tables, else in memory of our own. */
  arenaOf(classes: number, arrays: readonly (Float32Array | undefined)[]): Arena;
  /** @throws {EqlError} `OUT_OF_MEMORY` */
  allocate(size: { readonly rows: number; readonly classes: number }): Buffers;
  clear(): void;
}

/** Shared memories that are kept to be used again. */
const MOST_FREE = 8;

/** @param gone Where arrays that were given back are noted. */
export function createShelf(module: Module, pool: Pool | undefined, gone: WeakSet<object>): Shelf {
  const arenas = new Map<ArrayBufferLike, Arena>();
  const threads = pool?.threads ?? 1;
  // A shared memory is freed only when all threads have collected their garbage, and an idle worker never does: free ones
  // are used again instead, and the oldest dropped.
  const free: Arena[] = [];
  let scratch: Arena | undefined;
  let ids = 0;

  const create = (classes: number, userBytes: number): Arena => {
    const size = { classes, threads, userBytes };
    const bytes = bytesOf(size);
    const room = ({ memory, layout }: Arena) => memory.buffer.byteLength - layout.job;
    const [best] = free.filter((arena) => room(arena) >= bytes).sort((a, b) => room(a) - room(b));
    if (best !== undefined) {
      free.splice(free.indexOf(best), 1);
      // From now on only the arrays themselves can be told from new ones, not parts of them.
      gone.delete(best.memory.buffer);
      return recycleArena(best, size);
    }
    const arena = createArena(module, { ...size, id: ++ids, shared: pool !== undefined });
    pool?.add(arena);
    return arena;
  };

  const giveBack = (arena: Arena) => {
    arenas.delete(arena.memory.buffer);
    if (pool === undefined) return;
    free.push(arena);
    if (free.length > MOST_FREE) pool.forget(free.shift() as Arena);
  };

  return {
    threads,
    arenaOf: (classes, arrays) => {
      const needed = Math.min(classes, TABLE);
      for (const array of arrays) {
        const arena = array && arenas.get(array.buffer);
        if (arena !== undefined && arena.classes >= needed) return arena;
      }
      if (scratch === undefined || scratch.classes < needed) {
        const larger = create(classes, 0);
        if (scratch !== undefined) giveBack(scratch);
        scratch = larger;
      }
      return scratch;
    },
    allocate: ({ rows, classes }) => {
      const length = rows * classes;
      const bytes = Math.ceil(length / 4) * 16;
      const arena = create(classes, 2 * bytes);
      const { buffer } = arena.memory;
      const logits = new Float32Array(buffer, arena.layout.user, length);
      const gradient = new Float32Array(buffer, arena.layout.user + bytes, length);
      arenas.set(buffer, arena);
      return {
        logits,
        gradient,
        dispose: () => {
          if (gone.has(logits)) return;
          gone.add(logits).add(gradient).add(buffer);
          giveBack(arena);
        },
      };
    },
    clear: () => {
      scratch = undefined;
      arenas.clear();
      free.length = 0;
    },
  };
}

/** The TypeScript path works on any arrays. */
export function plainBuffers(length: number, gone: WeakSet<object>): Buffers {
  const [logits, gradient] = [0, 1].map(() => withRoom(length, () => new Float32Array(length)));
  const dispose = () => {
    gone.add(logits.buffer).add(gradient.buffer);
  };
  return { logits, gradient, dispose };
}

/** @throws {EqlError} `OUT_OF_MEMORY` */
export function withRoom<T>(length: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new EqlError('OUT_OF_MEMORY', `no room for ${length} numbers: ${(error as Error).message}.`);
  }
}
