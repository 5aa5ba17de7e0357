// A trainer's state as bytes, and back: parameters, what the optimizer remembers, and where training stands.

import { EqlError, type Gate, kindOf } from '@eqloss/core';
import { hashOf } from './hash.ts';
import { stateCount } from './optimizer.ts';
import { type Head, resolveHead } from './options.ts';
import type { Schedule } from './schedule.ts';

/** Where an unfinished `fit` stands. */
export interface Position {
  /** Epochs done. */
  readonly epoch: number;
  /** Batches of the epoch that are done. */
  readonly batch: number;
  /** Sum of the losses of these batches that are finite, and how many are. */
  readonly lossSum: number;
  readonly losses: number;
  /** What the order of the rows depends on. */
  readonly rows: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** All that a trainer is, but for where it computes. */
export interface TrainerState {
  /** A schedule that is a function is not held: `schedule` then is undefined in what comes back. */
  readonly head: Omit<Head, 'schedule'> & { readonly schedule: Schedule | undefined };
  readonly parameters: Float32Array;
  readonly optimizerState: readonly Float32Array[];
  readonly step: number;
  readonly position: Position | undefined;
}

const MAGIC = [0x48_4c_51_45, 0x0a_44_41_45]; // "EQLHEAD\n"
const VERSION = 1;
const START = 16; // magic, version, length of the header

/**
 * A checkpoint: `EQLHEAD\n`, version, the length of a JSON header and that header; β per class as doubles, parameters
 * and optimizer state as floats, the tail mask as bytes; at the end a checksum. All little-endian, as every platform of
 * ONNX Runtime is; sections start at multiples of 8.
 */
export function encodeCheckpoint({ head, parameters, optimizerState, step, position }: TrainerState): Uint8Array {
  const { features, classes, form, gate, optimizer, schedule, beta } = head;
  const header = new TextEncoder().encode(
    JSON.stringify({
      ...{ features, classes, form, threshold: gate.threshold, optimizer, step, position },
      schedule: typeof schedule === 'function' ? 'function' : schedule,
      beta: beta instanceof Float64Array ? 'class' : beta,
    }),
  );
  const sections: readonly ArrayBufferView[] = [
    header,
    ...(beta instanceof Float64Array ? [beta] : []),
    parameters,
    ...optimizerState,
    gate.tail,
  ];
  const size = sections.reduce((sum, { byteLength }) => sum + padded(byteLength), START) + 8;
  const bytes = allocate(size);
  const words = new Uint32Array(bytes.buffer);
  words.set([...MAGIC, VERSION, header.length]);
  let at = START;
  for (const { buffer, byteOffset, byteLength } of sections) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  words[words.length - 1] = hashOf(words.subarray(0, -1));
  return bytes;
}

/**
 * @throws {EqlError} `MODEL` for bytes that are no checkpoint, are cut or changed, or come from another version.
 */
export function decodeCheckpoint(given: Uint8Array): TrainerState {
  if (kindOf(given) !== 'Uint8Array') refuse('what came is no Uint8Array');
  // Views of numbers need an aligned start; a Buffer of Node may have any, and its own slice would not copy.
  const bytes = given.byteOffset % 8 === 0 ? given : new Uint8Array(given);
  if (bytes.length < START + 8 || bytes.length % 8 !== 0) refuse(`${bytes.length} bytes are no whole checkpoint`);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (words[0] !== MAGIC[0] || words[1] !== MAGIC[1]) refuse('the bytes do not begin like one');
  if (words[2] !== VERSION) refuse(`it has version ${words[2]}; this package reads version ${VERSION}`);
  if (words[words.length - 1] !== hashOf(words.subarray(0, -1))) refuse('the checksum is wrong: it is cut or damaged');
  try {
    return contentsOf(bytes, words[3]);
  } catch (cause) {
    // Whoever writes a right checksum under a wrong header gets the reason, too.
    return refuse(`its header cannot be: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function contentsOf(bytes: Uint8Array, headerLength: number): TrainerState {
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(START, START + headerLength)));
  const { features, classes, form, threshold, optimizer, schedule, beta, step, position } = header;
  const counts = [features, classes, step];
  if (position !== undefined) {
    const { epoch, batch, lossSum, losses, rows, batchSize, seed } = position;
    counts.push(epoch, batch, losses, rows, batchSize, seed);
    if (!Number.isFinite(lossSum)) throw new Error('a sum is none');
  }
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new Error('a count is none');
  let at = START + padded(headerLength);
  const take = <T>(
    Kind: new (buffer: ArrayBufferLike, at: number, length: number) => T,
    length: number,
    size: number,
  ): T => {
    if (at + length * size > bytes.length - 8) throw new Error('it says more than there is');
    const view = new Kind(bytes.buffer, bytes.byteOffset + at, length);
    at += padded(length * size);
    return view;
  };
  const count = classes * features + classes;
  const betas = beta === 'class' ? take(Float64Array, classes, 8) : beta;
  const parameters = take(Float32Array, count, 4);
  const optimizerState = Array.from({ length: stateCount(optimizer) }, () => take(Float32Array, count, 4));
  const gate: Gate = { classes, threshold, tail: take(Uint8Array, classes, 1).slice() };
  if (at !== bytes.length - 8) throw new Error('it says less than there is');
  const known: Schedule | undefined = schedule === 'function' ? undefined : schedule;
  const head = resolveHead({ features, classes, form, gate, optimizer, beta: betas, schedule: known });
  return { head: { ...head, schedule: known }, parameters, optimizerState, step, position };
}

/** @throws {EqlError} `OUT_OF_MEMORY` */
function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new EqlError('OUT_OF_MEMORY', `${bytes} bytes cannot be had.`);
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function refuse(what: string): never {
  throw new EqlError('MODEL', `no checkpoint of a head trainer: ${what}.`);
}
