// THE list of paths: targets of the conformance suite, and their peers.

import type { Form } from '@eqloss/core';
import type { PathOptions, Work } from './path.ts';

/** One line of the list. */
export interface PathEntry extends PathOptions {
  /** As `--paths` has it: the path, and its threads when they are several. */
  readonly name: string;
  /** As the report has it: a target's name, or a peer's. */
  readonly path: string;
  readonly forms: readonly Form[];
  /** The file in ./paths; of pytorch.py, the name of a peer in it. */
  readonly module: string;
  readonly host: 'node' | 'chromium' | 'python';
  readonly work: Work;
  /** How far from core it may be, as a multiple of SPEC N4's bound for single precision. */
  readonly tolerance: number;
  /** Who wrote it: for plots. */
  readonly kind: 'yardstick' | 'eqloss' | 'composed' | 'pytorch';
  /** Runs that have it only by name: it would take them minutes, or tell them nothing. */
  readonly named?: readonly ('quick' | 'growth')[];
  /** On the machine's GPU, or on software that plays one. */
  readonly gpu?: boolean;
  /** Larger batches only by name: they would take minutes. */
  readonly mostLogits?: number;
  /** Batches of more classes never: there would be no answer. */
  readonly mostClasses?: number;
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

const yardstick = (path: string, line: Line): PathEntry => peer(path, { kind: 'yardstick', ...line });

// Where there is no other, a software GPU takes up to a second for the composed loss of 512x1203.
const gpu = { gpu: true, named: ['quick', 'growth'], mostLogits: 2 ** 20 } as const;
const webgl = { ...gpu, backend: 'webgl', host: 'chromium' } as const;
const webgpu = { ...gpu, backend: 'webgpu' } as const;

// A thread for each element that works its row out anew: seconds for 512x1203, hours for 64x100000.
const quadratic = { named: ['quick', 'growth'], mostLogits: 2 ** 20, mostClasses: 2 ** 11 } as const;

const modes: readonly Line[] = [
  { module: 'gpujs', backend: 'cpu' },
  { module: 'gpujs', backend: 'webasm' },
  { module: 'gpujs', ...webgl, backend: 'webgl2' },
  { module: 'gpujs', ...webgpu },
];

/** A line for each mode of gpu.js. */
const gpujs = (path: string, make: (path: string, line: Line) => PathEntry, line: Partial<Line> = {}) =>
  modes.map((mode) => {
    const named = [...new Set([...(mode.named ?? []), ...(line.named ?? [])])];
    return make(`${path}-${mode.backend}`, { ...mode, ...line, named });
  });

const torch = (form: Form, path: string, work: 'eql' | 'plain'): readonly PathEntry[] =>
  [1, 2].map((threads) => peer(path, { module: path, host: 'python', kind: 'pytorch', forms: [form], work, threads }));

/** Every path, in the order of tables. `copy` is the yardstick and always runs. */
export const paths: readonly PathEntry[] = [
  yardstick('copy', { module: 'copy', work: 'copy' }),
  ours('wasm', { module: 'wasm' }),
  ours('wasm', { module: 'wasm', threads: 2 }),
  ours('wasm-arrays', { module: 'wasm', backend: 'arrays' }),
  ours('core', { module: 'core' }),
  ours('core-single', { module: 'core', backend: 'single' }),
  ours('tfjs-cpu', { module: 'tfjs', backend: 'cpu', named: ['growth'] }),
  ours('tfjs-wasm', { module: 'tfjs', backend: 'wasm' }),
  ours('tfjs-webgl', { module: 'tfjs', ...webgl }),
  ours('tfjs-webgpu', { module: 'tfjs', ...webgpu }),
  ours('ort-cpu', { module: 'onnxruntime' }),
  ours('ort-cpu', { module: 'onnxruntime', threads: 2 }),
  ...gpujs('gpujs', ours),
  peer('typescript-naive', { module: 'typescript-naive' }),
  peer('tfjs-composed-cpu', { module: 'tfjs-composed', backend: 'cpu', named: ['growth'] }),
  peer('tfjs-composed-wasm', { module: 'tfjs-composed', backend: 'wasm' }),
  peer('tfjs-composed-webgl', { module: 'tfjs-composed', ...webgl }),
  peer('tfjs-composed-webgpu', { module: 'tfjs-composed', ...webgpu }),
  ...gpujs('gpujs-naive', peer, { module: 'gpujs-naive', ...quadratic }),
  ...gpujs('gpujs-exp', yardstick, { module: 'gpujs-exp', work: 'exp', named: ['growth'] }),
  ...gpujs('gpujs-copy', yardstick, { module: 'gpujs-exp', work: 'copy', named: ['growth'] }),
  ...torch('sigmoid', 'torch-bce', 'plain'),
  ...torch('sigmoid', 'torch-eql', 'eql'),
  ...torch('softmax', 'torch-ce', 'plain'),
  ...torch('softmax', 'torch-seql', 'eql'),
];

/** What a path is compared with, by the field of a row that has the ratio. */
export interface Peers {
  /** TensorFlow.js: the same loss, composed from its ops, on the same backend. */
  readonly toComposed?: string;
  /** gpu.js: the same loss as one writes it first, in the same mode. */
  readonly toNaive?: string;
  /** gpu.js: an exponential a logit, in the same mode. */
  readonly toExp?: string;
}

/** What the paths of this project are compared with, beside `copy` and PyTorch; nothing for other paths. */
export function peersOf(path: string): Peers {
  const { kind, module, backend } = paths.find((entry) => entry.path === path) ?? {};
  if (kind !== 'eqloss') return {};
  if (module === 'tfjs') return { toComposed: `tfjs-composed-${backend}` };
  if (module === 'gpujs') return { toNaive: `gpujs-naive-${backend}`, toExp: `gpujs-exp-${backend}` };
  return {};
}

/** Whether the path computes on a GPU, or on software that plays one. */
export function isOnGpu({ path }: { readonly path: string }): boolean {
  return paths.some((entry) => entry.path === path && entry.gpu);
}

/**
 * The named lines, in the order of the list and for batches of any size, and `copy`; all lines without names.
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
  if (!names) return paths;
  return paths
    .filter(({ name }) => name === 'copy' || names.includes(name))
    .map((entry) => (entry.mostLogits === undefined ? entry : { ...entry, mostLogits: undefined }));
}
