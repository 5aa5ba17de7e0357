// A memory, the kernels over it, and where in it everything lies.

import { EqlError } from '@eqloss/core';
import { instantiate, type KernelExports, MOST_PAGES } from './module.ts';

/**
 * Columns after which the kernels close a sum. Wide rows are cut at its multiples only, so that how a row is cut shows in no
 * bit. assembly/sigmoid.ts, assembly/softmax.ts
 */
export const TILE = 3840;
/** The most columns of a row that is staged in one piece. */
export const PIECE: number = 8 * TILE;
/** Classes whose masks or weights fit the table at once. */
export const TABLE: number = 32 * TILE;
/** Rows that are described to the kernels at once. */
export const ROWS = 1024;
/** Numbers that one of the staging areas holds, a thread. */
export const STAGE = 32_768;

/** Byte offsets. All are multiples of 16. */
export interface Layout {
  readonly job: number;
  /** 512 bytes a thread. */
  readonly scratch: number;
  readonly labels: number;
  readonly kinds: number;
  readonly scales: number;
  readonly losses: number;
  readonly states: number;
  /** Masks or weights of the classes. */
  readonly table: number;
  /** A byte a block of 32 classes. */
  readonly blocks: number;
  /** Logits on their way in, gradients on their way out. */
  readonly stage: number;
  readonly targets: number;
  readonly weights: number;
  /** What the caller holds. */
  readonly user: number;
}

/** Views of a memory. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  readonly kernels: KernelExports;
  readonly layout: Layout;
  /** Tells arenas apart in messages to workers. */
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly integers: Int32Array<ArrayBuffer>;
  readonly singles: Float32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
  /** How many classes the table has room for. */
  readonly classes: number;
}

/**
 * Makes a memory with room for the tables of `classes` classes and `userBytes` of the caller's.
 *
 * Beside the caller's bytes it takes less than 1 MB for one thread, and 384 KB for each further one.
 *
 * @throws {EqlError} `OUT_OF_MEMORY`
 */
export function createArena(
  module: WebAssembly.Module,
  options: {
    readonly id: number;
    readonly classes: number;
    readonly threads: number;
    readonly shared: boolean;
    readonly userBytes: number;
  },
): Arena {
  const classes = Math.min(Math.ceil(options.classes / 32) * 32, TABLE);
  const layout = layoutOf(classes, options.threads);
  const total = layout.user + options.userBytes;
  const pages = Math.ceil(total / 65536);
  if (pages > MOST_PAGES) {
    throw new EqlError(
      'OUT_OF_MEMORY',
      `${Math.round(total / 2 ** 20)} MB were asked for; a WebAssembly memory holds at most 4096. Allocate fewer rows at a time.`,
    );
  }
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: options.shared });
  } catch (error) {
    throw new EqlError(
      'OUT_OF_MEMORY',
      `no memory of ${Math.ceil(total / 2 ** 20)} MB could be made (${error instanceof Error ? error.message : error}). Allocate fewer rows, or dispose of what is not needed.`,
    );
  }
  const buffer = memory.buffer;
  return {
    memory,
    kernels: instantiate(module, memory),
    layout,
    id: options.id,
    classes,
    bytes: new Uint8Array(buffer),
    integers: new Int32Array(buffer),
    singles: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}

function layoutOf(classes: number, threads: number): Layout {
  // The module's constants lie at 1024; below 256 nothing does, so that 0 can mean none.
  const job = 256;
  const scratch = 2048;
  const labels = scratch + 512 * threads;
  const kinds = labels + 4 * ROWS;
  const scales = kinds + ROWS;
  const losses = scales + 4 * ROWS;
  const states = losses + 8 * ROWS;
  const table = states + 40 * ROWS;
  const blocks = table + 4 * classes;
  const stage = blocks + Math.ceil(classes / 32 / 16) * 16;
  const targets = stage + 4 * STAGE * threads;
  const weights = targets + 4 * STAGE * threads;
  const user = weights + 4 * STAGE * threads;
  return { job, scratch, labels, kinds, scales, losses, states, table, blocks, stage, targets, weights, user };
}
