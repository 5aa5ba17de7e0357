// THE list of paths: targets of the conformance suite, and their peers.

import type { Form } from '@eqloss/core';
import type { PathOptions } from './path.ts';

/** One line of the list. */
export interface PathEntry extends PathOptions {
  /** As `--paths` has it: the path, and its threads when they are several. */
  readonly name: string;
  /** As the report has it: a target's name, or a peer's. */
  readonly path: string;
  readonly forms: readonly Form[];
  /** The file in ./paths; of pytorch.py, the name of a peer in it. */
  readonly module: string;
  readonly host: 'node' | 'python';
  /** What it computes: the loss; the loss without a gate, for peers that have none; or a copy. */
  readonly work: 'eql' | 'plain' | 'copy';
  /** How far from core it may be, as a multiple of SPEC N4's bound for single precision. */
  readonly tolerance: number;
  /** Who wrote it: for plots. */
  readonly kind: 'yardstick' | 'eqloss' | 'composed' | 'pytorch';
  /** Of the growth plot only by name: so slow that it would take minutes. */
  readonly slow?: boolean;
}

const both: readonly Form[] = ['sigmoid', 'softmax'];
// A peer's long sums in single precision are not ours to judge; a wrong rule is thousands away.
const LENIENT = 500;

type Line = Omit<PathEntry, 'name' | 'path' | 'forms' | 'host' | 'work' | 'tolerance' | 'kind' | 'threads'> &
  Partial<PathEntry>;

const ours = (path: string, line: Line): PathEntry => {
  const { threads = 1 } = line;
  const name = threads === 1 ? path : `${path}-${threads}`;
  return { name, path, forms: both, host: 'node', work: 'eql', tolerance: 1, kind: 'eqloss', ...line, threads };
};

const peer = (path: string, line: Line): PathEntry => ours(path, { kind: 'composed', tolerance: LENIENT, ...line });

const torch = (form: Form, path: string, work: 'eql' | 'plain'): readonly PathEntry[] =>
  [1, 2].map((threads) => peer(path, { module: path, host: 'python', kind: 'pytorch', forms: [form], work, threads }));

/** Every path, in the order of tables. `copy` is the yardstick and always runs. */
export const paths: readonly PathEntry[] = [
  peer('copy', { module: 'copy', work: 'copy', kind: 'yardstick' }),
  ours('wasm', { module: 'wasm' }),
  ours('wasm', { module: 'wasm', threads: 2 }),
  ours('wasm-arrays', { module: 'wasm', backend: 'arrays' }),
  ours('core', { module: 'core' }),
  ours('core-single', { module: 'core', backend: 'single' }),
  ours('tfjs-cpu', { module: 'tfjs', backend: 'cpu', slow: true }),
  ours('tfjs-wasm', { module: 'tfjs', backend: 'wasm' }),
  ours('ort-cpu', { module: 'onnxruntime' }),
  ours('ort-cpu', { module: 'onnxruntime', threads: 2 }),
  ours('gpujs-cpu', { module: 'gpujs', backend: 'cpu' }),
  ours('gpujs-webasm', { module: 'gpujs', backend: 'webasm' }),
  peer('typescript-naive', { module: 'typescript-naive' }),
  peer('tfjs-composed-cpu', { module: 'tfjs-composed', backend: 'cpu', slow: true }),
  peer('tfjs-composed-wasm', { module: 'tfjs-composed', backend: 'wasm' }),
  ...torch('sigmoid', 'torch-bce', 'plain'),
  ...torch('sigmoid', 'torch-eql', 'eql'),
  ...torch('softmax', 'torch-ce', 'plain'),
  ...torch('softmax', 'torch-seql', 'eql'),
];

/**
 * The named lines, in the order of the list, and `copy`; all lines without names.
 *
 * @throws {RangeError} for a name that the list does not have; the message has the known ones.
 */
export function selectPaths(names?: readonly string[]): readonly PathEntry[] {
  const known = paths.map(({ name }) => name);
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    const listed = unknown.map((name) => JSON.stringify(name)).join(', ');
    throw new RangeError(`unknown path${unknown.length > 1 ? 's' : ''} ${listed}; known: ${known.join(', ')}`);
  }
  return paths.filter(({ name }) => !names || name === 'copy' || names.includes(name));
}
