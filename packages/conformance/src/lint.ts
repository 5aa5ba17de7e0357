// What a JSON Schema cannot say about a vector file: notes, clauses, shapes, exactness, canonical words.

import { decodeNumber, decodeTensor } from './decode.ts';
import { encodeTensor, type TensorEncoding } from './encode.ts';
import type { Dtype, EncodedTensor, EncodedTest, Form, Group, VectorFile } from './format.ts';
import type { DecodedTensor } from './target.ts';
import type { TensorData } from './words.ts';

/** One rule broken: where, and how. `path` is a JSON pointer. */
export interface Problem {
  readonly test?: string;
  readonly path: string;
  readonly message: string;
}

/** The clauses and error codes of SPEC.md that a note may cite. */
export const CLAUSES: readonly string[] = [
  ...['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7'],
  ...['S1', 'S2', 'S3', 'S4', 'S5'],
  ...['X1', 'X2', 'X3', 'X4', 'X5', 'X6', 'X7'],
  ...['R1', 'R2', 'R3', 'R4', 'R5', 'P1', 'P2', 'N1', 'N2', 'N3', 'N4', 'D1', 'D2', 'D3', 'D4', 'D5'],
  ...['RANK', 'ROW_COUNT', 'CLASS_COUNT', 'LABEL_RANGE', 'TARGET_RANGE', 'FREQUENCY_RANGE', 'THRESHOLD_RANGE'],
  ...['BETA_RANGE', 'FOREGROUND_RANGE', 'ROW_WEIGHT_RANGE', 'REDUCTION', 'NORMALIZER_RANGE', 'DTYPE'],
  ...['UNSUPPORTED', 'DISPOSED'],
];

/**
 * Checks a file that the schema has accepted.
 *
 * @returns Every problem found; empty when the file is good.
 */
export function lintFile(file: VectorFile): Problem[] {
  const problems: Problem[] = [];
  const used = new Set<string>();
  for (const [g, group] of file.groups.entries()) {
    for (const [t, test] of group.tests.entries()) {
      for (const flag of test.flags) used.add(flag);
      const path = `/groups/${g}/tests/${t}`;
      problems.push(
        ...lintTest(test, group, file).map((found) => ({ test: test.id, ...found, path: path + found.path })),
      );
    }
  }
  for (const [flag, { clauses }] of Object.entries(file.notes)) {
    if (!used.has(flag)) problems.push({ path: `/notes/${flag}`, message: 'no test has this flag' });
    for (const [c, clause] of clauses.entries()) {
      if (!CLAUSES.includes(clause))
        problems.push({ path: `/notes/${flag}/clauses/${c}`, message: `SPEC has no ${clause}` });
    }
  }
  return problems;
}

type Report = (path: string, message: string) => void;
type Tensors = Readonly<Record<string, DecodedTensor<TensorData>>>;

function lintTest(test: EncodedTest, group: Group, file: VectorFile): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  for (const [f, flag] of test.flags.entries()) {
    if (!Object.hasOwn(file.notes, flag)) report(`/flags/${f}`, `"${flag}" has no note`);
  }
  const tensors = readTensors(test, report);
  if (problems.length > 0) return problems;
  lintExactness(test, tensors, report);
  if ('error' in test.expected) {
    if (!CLAUSES.includes(test.expected.error)) report('/expected/error', `SPEC has no ${test.expected.error}`);
  } else {
    lintShapes(test, file.form, tensors, report);
    if (test.dtypes.includes('float32')) lintSubnormals(group, tensors, report);
  }
  return problems;
}

/** Decodes every tensor and proves that its text is the one text that the encoder gives for it. */
function readTensors(test: EncodedTest, report: Report): Tensors {
  const { logits, frequencies, targets, rowWeights, beta } = test.inputs;
  const inputs = { logits, frequencies, targets, rowWeights, beta };
  const outputs = 'error' in test.expected ? {} : test.expected;
  const tensors: Record<string, DecodedTensor<TensorData>> = {};
  for (const [part, group] of Object.entries({ inputs, expected: outputs })) {
    for (const [name, tensor] of Object.entries(group) as [string, EncodedTensor | undefined][]) {
      if (!tensor) continue;
      const path = `/${part}/${name}`;
      try {
        tensors[name] = decodeTensor(tensor);
        const encoding: TensorEncoding = 'rows' in tensor ? 'rows' : 'base64' in tensor ? 'base64' : 'dictionary';
        const again = encodeTensor(tensors[name].data, tensor.shape, { encoding });
        if (JSON.stringify(payload(again)) !== JSON.stringify(payload(tensor))) {
          report(path, 'words are not canonical (NaN with a payload, or dictionary words not in the order of use)');
        }
      } catch (cause) {
        report(path, (cause as Error).message);
      }
      const single = name === 'logits' || name === 'targets' || name === 'rowWeights';
      if (tensor.dtype !== 'float64' && !single) report(`${path}/dtype`, 'must be float64');
      if (tensor.dtype === 'int32' && name !== 'logits') report(`${path}/dtype`, 'only logits may be int32');
    }
  }
  for (const name of ['threshold', 'normalizer'] as const) {
    const word = test.options[name];
    if (word !== undefined && Number.isNaN(decodeNumber(word)) && word !== '7ff8000000000000') {
      report(`/options/${name}`, 'NaN with a payload');
    }
  }
  return tensors;
}

function payload(tensor: EncodedTensor): unknown {
  if ('rows' in tensor) return tensor.rows;
  return 'base64' in tensor ? tensor.base64 : [tensor.dictionary.words, tensor.dictionary.indices];
}

function lintExactness(test: EncodedTest, tensors: Tensors, report: Report): void {
  const single = test.dtypes.includes('float32');
  for (const name of ['logits', 'targets', 'rowWeights']) {
    const data = tensors[name]?.data;
    if (!single || !(data instanceof Float64Array)) continue;
    const at = data.findIndex((value) => !Object.is(Math.fround(value), value));
    if (at >= 0) report(`/inputs/${name}`, `value ${at} (${data[at]}) is not exact in float32`);
  }
  if (tensors.logits.data instanceof Int32Array && !('error' in test.expected)) {
    report('/inputs/logits/dtype', 'int32 logits must expect an error');
  }
}

function lintShapes(test: EncodedTest, form: Form, tensors: Tensors, report: Report): void {
  const { inputs, options } = test;
  const [rows, classes] = tensors.logits.shape;
  if (tensors.logits.shape.length !== 2) report('/inputs/logits/shape', 'must be [rows, classes]');
  const wanted: Record<string, readonly (readonly number[])[]> = {
    frequencies: [[classes]],
    targets: [[rows, classes]],
    rowWeights: [[rows]],
    beta: [[], [classes], [rows, classes]],
    loss: [[]],
    rowLosses: [[rows]],
    gradient: [[rows, classes]],
  };
  for (const [name, shapes] of Object.entries(wanted)) {
    const shape = tensors[name]?.shape.join();
    if (shape === undefined || shapes.some((one) => one.join() === shape)) continue;
    const part = ['loss', 'rowLosses', 'gradient'].includes(name) ? 'expected' : 'inputs';
    report(`/${part}/${name}/shape`, `must be ${shapes.map((one) => `[${one.join(', ')}]`).join(' or ')}`);
  }
  if ((inputs.labels === undefined) === (inputs.targets === undefined)) report('/inputs', 'needs labels or targets');
  const top = form === 'sigmoid' ? classes : classes - 1;
  if (inputs.labels?.some((label) => !Number.isInteger(label) || label < -1 || label > top)) {
    report('/inputs/labels', `must be integers in -1..${top}`);
  }
  if (inputs.foreground?.some((flag) => flag !== 0 && flag !== 1)) report('/inputs/foreground', 'must be 0 or 1');
  for (const name of ['labels', 'foreground'] as const) {
    if (inputs[name] && inputs[name].length !== rows) report(`/inputs/${name}`, `must have ${rows} entries`);
  }
  if (form === 'softmax' && inputs.beta === undefined) report('/inputs', 'softmax needs beta');
  if (options.threshold === undefined) report('/options', 'needs a threshold');
  if (!['none', 'sum', 'mean'].includes(options.reduction)) report('/options/reduction', 'must be none, sum or mean');
  if ((options.reduction === 'none') === (tensors.loss !== undefined)) {
    report('/expected', 'has a loss unless the reduction is none');
  }
}

/** An engine may flush float32 subnormals to zero (many GPUs do), so a test must not depend on them. */
function lintSubnormals(group: Group, tensors: Tensors, report: Report): void {
  const dtype: Dtype = 'float32';
  for (const name of ['loss', 'rowLosses', 'gradient'] as const) {
    const data = tensors[name]?.data ?? [];
    const { abs } = group.tolerances[dtype][name];
    const at = Array.from(data).findIndex(
      (value) => value !== 0 && Math.abs(value) < 2 ** -126 && Math.abs(value) > abs,
    );
    if (at >= 0) report(`/expected/${name}`, `value ${at} is subnormal in float32 and above the tolerance`);
  }
}
