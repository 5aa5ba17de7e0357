// The logits as a user of gpu.js has them: flat, in rows, as gpu.js's input(), or still on the GPU.

import { EqlError, kindOf } from '@eqloss/core';
import type { KernelOutput } from 'gpu.js';
import { checkKept, type GpuTexture, isSingle, isTexture, type TextureFields } from './texture.ts';
import { unsupported } from './unsupported.ts';

/** gpu.js's `input(values, [classes, rows])`: flat numbers with a size, x first. */
export interface GpuInput {
  /** The numbers, row after row. */
  readonly value: ArrayLike<unknown>;
  /** `[classes, rows]`. */
  readonly size: ArrayLike<number>;
}

/**
 * z, row-major: `[rows * classes]`, or rows of `[classes]`; on the host in single precision. Whatever a kernel of gpu.js returns
 * has its type `KernelOutput`: what is no such logits is refused when it comes.
 */
export type Logits = Float32Array | readonly Float32Array[] | GpuInput | GpuTexture | KernelOutput;

/** Logits of known length. */
export interface GivenLogits {
  readonly length: number;
  /** `[rows, classes]` where the logits themselves say so. */
  readonly shape?: readonly [number, number];
  /** What is on the GPU. */
  readonly texture?: GpuTexture & TextureFields;
  /** Writes what is on the host. */
  copyTo(target: Float32Array): void;
}

/**
 * Looks at the logits, without reading them.
 *
 * @throws {EqlError} `DTYPE` for other numbers than of single precision; `CLASS_COUNT` for rows that differ in length;
 * `RANK` for textures and inputs of three dimensions; `UNSUPPORTED` for a texture of packed bytes or of vectors; `DISPOSED`
 * for one that was deleted
 */
export function givenLogits(logits: Logits): GivenLogits {
  if (isSingle(logits)) return { length: logits.length, copyTo: (target) => target.set(logits) };
  if (isTexture(logits)) return ofTexture(logits);
  if (Array.isArray(logits)) return ofRows(logits as readonly Float32Array[]);
  const input = logits as Partial<GpuInput> | null | undefined;
  if (typeof input === 'object' && input !== null && 'value' in input && 'size' in input) {
    return ofInput(input as GpuInput);
  }
  throw dtype(logits);
}

function ofRows(rows: readonly Float32Array[]): GivenLogits {
  const width = rows[0]?.length ?? 0;
  rows.forEach((row, i) => {
    if (!isSingle(row)) throw dtype(row);
    if (row.length !== width) {
      throw new EqlError('CLASS_COUNT', `row ${i} of the logits has ${row.length} classes, row 0 has ${width}.`);
    }
  });
  return {
    length: rows.length * width,
    // Without rows nothing says how wide they are.
    ...(rows.length > 0 && { shape: [rows.length, width] as const }),
    copyTo: (target) => {
      for (const [i, row] of rows.entries()) target.set(row, i * width);
    },
  };
}

function ofInput({ value, size }: GpuInput): GivenLogits {
  if (!isSingle(value)) throw dtype(value);
  return { length: value.length, ...shapeOfOutput(size), copyTo: (target) => target.set(value) };
}

function ofTexture(texture: GpuTexture & TextureFields): GivenLogits {
  const { type, output } = texture;
  const { componentCount = 1 } = texture as { readonly componentCount?: number };
  checkKept(texture);
  if (type === 'NumberTexture') {
    throw unsupported(
      'logits is a texture of packed bytes, which loses digits; make the kernel that writes it with precision: "single".',
    );
  }
  if (componentCount !== 1 || /^ArrayTexture\([234]\)$/.test(type ?? '')) {
    throw unsupported('logits is a texture of vectors; wanted one number for each entry.');
  }
  return { length: product(output), ...shapeOfOutput(output), texture, copyTo: () => undefined };
}

/** gpu.js has x first: a size of `[classes, rows]`. */
function shapeOfOutput(size: ArrayLike<number>): Pick<GivenLogits, 'shape'> {
  if (size.length < 2) return {};
  if (product(size) !== size[0] * size[1]) {
    throw new EqlError('RANK', `logits have the size [${Array.from(size).join(', ')}]; wanted [classes, rows].`);
  }
  return { shape: [size[1], size[0]] };
}

function product(sizes: ArrayLike<number>): number {
  return Array.from(sizes).reduce((all, size) => all * size, 1);
}

function dtype(values: unknown): EqlError {
  return new EqlError(
    'DTYPE',
    `logits came as ${causeOf(values)}; wanted a Float32Array, an array of them, input() with one, or a texture of a kernel of the same GPU.`,
  );
}

/** What came, and what may have led to it. */
function causeOf(values: unknown): string {
  if (typeof values === 'number' || Array.isArray(values)) return 'plain numbers: take Float32Array.from';
  if (values instanceof Promise) return 'a Promise: mode webgpu needs an await before the kernel';
  if (typeof values === 'object' && values !== null && 'result' in values) {
    return 'the results of a kernel map: take its `result`';
  }
  return kindOf(values);
}
