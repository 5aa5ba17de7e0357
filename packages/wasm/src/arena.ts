// A memory, the kernels over it, and where in it everything lies.

import { EqlError } from '@eqloss/core';
import { instantiate, type KernelExports, MOST_PAGES } from './module.ts';
import type { Memory, Module } from './webassembly.ts';

/**
 * Columns after which the kernels close a sum. Wide rows are cut at its multiples only, so that how a row is cut shows in no
 * bit. assembly/sigmoid.ts, assembly/softmax.ts
 */
export const TILE = 3840;
/** The most columns of a row that is staged in one piece. */
export const PIECE: number = 8 * TILE;
/** Classes whose masks or weights fit the table at once. */
export const TABLE: number = 32 * TILE;

/** Rows that are described to the kernels at once: more of narrow rows, whose tables leave room for it. */
function rowsAtOnce(classes: number): number {
  return classes <= 4096 ? 4096 : 1024;
}

/** Numbers that one of the staging areas holds, a thread. */
export const STAGE = 32_768;

/** Where an arena begins in a memory of its own: 0 means none to the kernels. */
const BASE = 64;

/** Byte offsets, of whole cache lines: 64 bytes. */
interface Layout {
  readonly job: number;
  readonly constants: number;
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
  readonly memory: Memory;
  readonly kernels: KernelExports;
  readonly layout: Layout;
  /** Tells arenas apart in messages to workers. */
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly integers: Int32Array<ArrayBufferLike>;
  readonly singles: Float32Array<ArrayBufferLike>;
  readonly doubles: Float64Array<ArrayBufferLike>;
  /** How many classes the table has room for. */
  readonly classes: number;
  /** How many rows can be described at once. */
  readonly rows: number;
}

/** What a memory is made for. */
export interface ArenaSize {
  readonly classes: number;
  readonly threads: number;
  readonly userBytes: number;
}

/**
 * Makes a memory with room for the tables of `classes` classes and `userBytes` of the caller's.
 *
 * Beside the caller's bytes it takes less than 1 MB for one thread, and 384 KB for each further one.
 *
 * @throws {EqlError} `OUT_OF_MEMORY`
 */
export function createArena(
  module: Module,
  options: ArenaSize & { readonly id: number; readonly shared: boolean },
): Arena {
  const total = BASE + bytesOf(options);
  const pages = Math.ceil(total / 65536);
  if (pages > MOST_PAGES) {
    throw new EqlError(
      'OUT_OF_MEMORY',
      `${Math.round(total / 2 ** 20)} MB were asked for; a WebAssembly memory holds at most 4096. Allocate fewer rows at a time.`,
    );
  }
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: options.shared });
    const layout = layoutOf(BASE, options);
    return arenaOver(memory, instantiate(module, memory, layout.constants), layout, options);
  } catch (error) {
    throw new EqlError(
      'OUT_OF_MEMORY',
      `no memory of ${Math.ceil(total / 2 ** 20)} MB could be made (${error instanceof Error ? error.message : error}). Allocate fewer rows, or dispose of what is not needed.`,
    );
  }
}

/** Uses a memory again, with zeros for the caller. */
export function recycleArena({ memory, kernels, id }: Arena, size: ArenaSize): Arena {
  const arena = arenaOver(memory, kernels, layoutOf(BASE, size), { ...size, id });
  arena.bytes.fill(0, arena.layout.user, arena.layout.user + size.userBytes);
  return arena;
}

/**
 * Takes part of a memory that belongs to somebody else.
 *
 * @param at Where `bytesOf(size)` bytes were allocated in it, at a multiple of 64.
 */
export function borrowArena(module: Module, memory: Memory, at: number, size: ArenaSize): Arena {
  const layout = layoutOf(at, size);
  return arenaOver(memory, instantiate(module, memory, layout.constants), layout, { ...size, id: 0 });
}

/** The arena with views of what its memory is now: a memory that grows takes the old ones away. */
export function renewArena(arena: Arena): Arena {
  return arena.bytes.buffer === arena.memory.buffer ? arena : { ...arena, ...viewsOf(arena.memory) };
}

/** How many bytes an arena takes. */
export function bytesOf(size: ArenaSize): number {
  return layoutOf(0, size).user + size.userBytes;
}

/** Whether an array lies in the arena's memory, where the kernels can use it in place. */
export function isIn({ memory }: Arena, array: Float32Array): boolean {
  // Address 0 means none to the kernels.
  return array.buffer === memory.buffer && array.byteOffset > 0;
}

function arenaOver(
  memory: Memory,
  kernels: KernelExports,
  layout: Layout,
  { classes, id }: ArenaSize & { readonly id: number },
): Arena {
  const table = tableOf(classes);
  return { memory, kernels, layout, id, classes: table, rows: rowsAtOnce(table), ...viewsOf(memory) };
}

function viewsOf({ buffer }: Memory): Pick<Arena, 'bytes' | 'integers' | 'singles' | 'doubles'> {
  return {
    bytes: new Uint8Array(buffer),
    integers: new Int32Array(buffer),
    singles: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}

/** Whole blocks of 32. */
function tableOf(classes: number): number {
  return Math.min(Math.ceil(classes / 32) * 32, TABLE);
}

function layoutOf(base: number, size: Omit<ArenaSize, 'userBytes'>): Layout {
  const classes = tableOf(size.classes);
  const rows = rowsAtOnce(classes);
  const { threads } = size;
  const job = base;
  const constants = job + 128;
  const scratch = constants + 128;
  const labels = scratch + 512 * threads;
  const kinds = labels + 4 * rows;
  const scales = kinds + rows;
  const losses = scales + 4 * rows;
  const states = losses + 8 * rows;
  const table = states + 40 * rows;
  const blocks = table + 4 * classes;
  const stage = blocks + Math.ceil(classes / 32 / 64) * 64;
  const targets = stage + 4 * STAGE * threads;
  const weights = targets + 4 * STAGE * threads;
  const user = weights + 4 * STAGE * threads;
  return {
    job,
    constants,
    scratch,
    labels,
    kinds,
    scales,
    losses,
    states,
    table,
    blocks,
    stage,
    targets,
    weights,
    user,
  };
}
