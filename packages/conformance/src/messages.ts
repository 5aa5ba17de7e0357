// The messages between runner and target: the same for every transport. A message is one JSON object; over pipes, one line.
//
//   start             -> started | unavailable | failed
//   run (seq, test)   -> outcome (seq) | failed (seq)
//   stop              -> stopped
//
// Numbers travel as encoded tensors, so that NaN, infinities and every bit survive JSON.

import { decodeTensor, decodeTest } from './decode.ts';
import { encodeNumber, encodeTensor } from './encode.ts';
import type { Dtype, EncodedInputs, EncodedOptions, EncodedTensor, Form, Output } from './format.ts';
import type { DecodedTest, Outcome, Outputs, Target } from './target.ts';

/** A test as it travels: without expectation, with the dtype it runs in; its logits are already in that dtype. */
export interface WireTest {
  /** The test's id; shrunk and drawn batches have one, too. */
  readonly id: string;
  /** Which of the two losses. */
  readonly form: Form;
  /** The precision that it is judged in. */
  readonly dtype: Dtype;
  /** As in a vector file, logits in `dtype`. */
  readonly inputs: EncodedInputs;
  /** As in a vector file. */
  readonly options: EncodedOptions;
}

/** From the runner. */
export type Request =
  | { readonly type: 'start'; readonly protocol: 1 }
  | { readonly type: 'run'; readonly seq: number; readonly test: WireTest }
  | { readonly type: 'stop' };

/** What a target says of itself. */
export interface Started extends Pick<Target, 'protocol' | 'name' | 'version' | 'environment' | 'supports'> {
  readonly type: 'started';
}

/**
 * Any shape will do for outputs: only the number of values counts, in row-major order. `loss` has one. Finite values may
 * also come as JSON numbers, in lists of any depth.
 */
export type WireOutcome =
  | { readonly outputs: Readonly<Partial<Record<Output, EncodedTensor | PlainNumbers>>> }
  | Exclude<Outcome, { readonly outputs: Outputs }>;

/** A JSON number, or lists of them. */
export type PlainNumbers = number | readonly PlainNumbers[];

/** From the target. `failed` is for what is no answer: the harness or the engine broke. */
export type Reply =
  | Started
  | { readonly type: 'unavailable'; readonly reason: string }
  | ({ readonly type: 'outcome'; readonly seq: number } & WireOutcome)
  | { readonly type: 'failed'; readonly seq?: number; readonly reason: string }
  | { readonly type: 'stopped' };

/** A message in words, for people: `start`, `run, seq 3`. */
export function nameOfRequest(message: Request): string {
  return message.type === 'run' ? `run, seq ${message.seq}` : message.type;
}

/** Writes a test for the wire, exactly. */
export function encodeWireTest(test: DecodedTest): WireTest {
  const { logits, frequencies, labels, targets, foreground, rowWeights, beta } = test.inputs;
  const { threshold, reduction, normalizer, released } = test.options;
  const classes = frequencies.length;
  const betaShape = (length: number) =>
    length !== classes && length % classes === 0 ? [length / classes, classes] : [length];
  return {
    id: test.id,
    form: test.form,
    dtype: test.dtype,
    inputs: {
      logits: encodeTensor(logits.data, logits.shape),
      frequencies: encodeTensor(frequencies, [classes]),
      ...(labels && { labels }),
      ...(targets && { targets: encodeTensor(targets.data, targets.shape) }),
      ...(foreground && { foreground }),
      ...(rowWeights && { rowWeights: encodeTensor(rowWeights, [rowWeights.length]) }),
      ...(typeof beta === 'number' && { beta: encodeTensor(Float64Array.of(beta), []) }),
      ...(typeof beta === 'object' && { beta: encodeTensor(beta, betaShape(beta.length)) }),
    },
    options: {
      ...(threshold !== undefined && { threshold: encodeNumber(threshold) }),
      reduction,
      ...(normalizer !== undefined && { normalizer: encodeNumber(normalizer) }),
      ...(released && { released }),
    },
  };
}

/**
 * Reads a test from the wire.
 *
 * @throws {RangeError} when a tensor's words do not fit its shape.
 */
export function decodeWireTest(test: WireTest): DecodedTest {
  return decodeTest({ ...test, comment: '', flags: [], dtypes: [test.dtype] }, test.dtype, test.form);
}

/**
 * Writes an answer for the wire, exactly.
 *
 * @throws {TypeError} when an output holds anything but numbers: typed arrays would turn it into 0 or NaN silently.
 */
export function encodeOutcome(outcome: Outcome): WireOutcome {
  if (!('outputs' in outcome)) return outcome;
  const { loss, rowLosses, gradient } = outcome.outputs;
  return {
    outputs: {
      ...(loss !== undefined && { loss: encodeTensor(numbers('loss', [loss]), []) }),
      ...(rowLosses !== undefined && { rowLosses: encodeValues('rowLosses', rowLosses) }),
      ...(gradient !== undefined && { gradient: encodeValues('gradient', gradient) }),
    },
  };
}

/**
 * Reads an answer from the wire. What is neither outputs nor a code nor a skip is passed on as it came: the judge has
 * words for it.
 *
 * @throws {Error} naming the output that cannot be read.
 */
export function decodeOutcome(outcome: WireOutcome): Outcome {
  if (!('outputs' in outcome) || typeof outcome.outputs !== 'object' || outcome.outputs === null) {
    return outcome as Outcome;
  }
  const { loss, rowLosses, gradient } = outcome.outputs;
  return {
    ...outcome,
    outputs: {
      ...(loss !== undefined && { loss: readScalar(loss) }),
      ...(rowLosses !== undefined && { rowLosses: readTensor('rowLosses', rowLosses) }),
      ...(gradient !== undefined && { gradient: readTensor('gradient', gradient) }),
    },
  };
}

function encodeValues(output: Output, values: ArrayLike<number>): EncodedTensor {
  return encodeTensor(numbers(output, values), [values.length]);
}

function numbers(output: Output, values: ArrayLike<unknown>): Float64Array | Float32Array {
  if (values instanceof Float64Array || values instanceof Float32Array) return values;
  return Float64Array.from({ length: values.length }, (_, index) => {
    const value = values[index];
    if (typeof value !== 'number') throw new TypeError(`${output}[${index}] is ${String(value)}, which is no number`);
    return value;
  });
}

function readScalar(tensor: EncodedTensor | PlainNumbers): number {
  const data = readTensor('loss', tensor);
  if (data.length !== 1) throw new Error(`outputs.loss has ${data.length} values instead of one`);
  return data[0];
}

function readTensor(output: Output, tensor: EncodedTensor | PlainNumbers): ArrayLike<number> {
  if (output === 'loss' && typeof tensor === 'number') return [tensor];
  // What is no number in a list is told by the judge, with its place.
  if (Array.isArray(tensor)) return tensor.flat(Number.POSITIVE_INFINITY) as number[];
  if (!isTensor(tensor)) {
    const came = (JSON.stringify(tensor) ?? String(tensor)).slice(0, 80);
    throw new Error(
      `outputs.${output} cannot be read: wanted is a tensor { shape, dtype, rows } or numbers, not ${came}`,
    );
  }
  try {
    return decodeTensor(tensor).data;
  } catch (error) {
    throw new Error(`outputs.${output} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isTensor(value: unknown): value is EncodedTensor {
  return (
    typeof value === 'object' && value !== null && 'shape' in value && Array.isArray(value.shape) && 'dtype' in value
  );
}
