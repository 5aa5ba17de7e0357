// What the caller gave becomes a batch: read, checked by core, and its shapes compared. Nothing here computes.

import {
  type BatchInputs,
  type CheckedSigmoid,
  type CheckedSoftmax,
  checkDraws,
  checkSigmoid,
  checkSingle,
  checkSoftmax,
  drawBeta,
  EqlError,
  type Form,
  type Gate,
  type Reduction,
} from '@eqloss/core';
import { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, DeviceInputs } from './engine.ts';
import { checkMovable, checkTensor, type Given, type GpuPolicy, readGiven } from './given.ts';
import type { DrawnBeta, Labels, Values } from './options.ts';
import { refuseUnknown } from './options-object.ts';

/** The options of both forms, before any check. Null counts as left out, as it does in core. */
export interface AnyOptions {
  readonly reduction?: Reduction | null;
  readonly normalizer?: number | null;
  readonly rowWeights?: Values | null;
  readonly foreground?: Values | null;
  readonly beta?: number | Values | DrawnBeta | null;
  readonly validate?: boolean | null;
}

/**
 * Reads and checks a batch.
 *
 * @param keepsGpu Whether the engine takes inputs that only the GPU has; if not they are read.
 * @param draws Whether the engine draws β; if not it is drawn here.
 * @throws {EqlError} `DTYPE` for logits that are no float tensor; `RANK` for labels that do not have the leading dimensions
 * of the logits; `UNSUPPORTED` for an unknown option, a tensor that cannot be read synchronously or is of another copy of
 * tfjs; `DISPOSED`; and all that core's checks throw.
 */
export function readBatch(
  form: Form,
  labels: Labels,
  logits: Tensor,
  gate: Gate,
  given: AnyOptions | null | undefined,
  keepsGpu: boolean,
  draws = false,
): Batch {
  if (!(logits instanceof Tensor) || logits.dtype !== 'float32') {
    const came = logits instanceof Tensor ? `a tensor of ${logits.dtype}` : logits === null ? 'null' : typeof logits;
    throw new EqlError('DTYPE', `logits are ${came}; wanted a float32 tensor [rows, classes].`);
  }
  checkTensor('logits', logits);
  checkMovable('logits', logits);
  const options = given ?? {};
  checkNames(form, options);
  const shape = flatShape(logits.shape);
  const policy: GpuPolicy = keepsGpu && options.validate !== true ? 'keep' : 'read';
  const answers = readGiven('labels', labels, policy);
  const areTargets = answers !== undefined && isTargets(answers, logits.shape);
  const rowWeights = readGiven('rowWeights', options.rowWeights, policy);
  const foreground = readGiven('foreground', options.foreground, policy);
  const drawn = readDraws(options.beta, shape);
  const beta = drawn === undefined ? readBeta(options.beta, policy) : draws ? 0 : drawnBeta(drawn, shape);
  const [rows, classes] = shape;
  // Whatever only the GPU has is judged there; here a stand-in takes its place.
  const standIn = answers?.tensor && new Int32Array(rows);
  const inputs: BatchInputs = {
    gate,
    labels: standIn ?? (areTargets ? undefined : answers?.data),
    targets: areTargets ? answers.data : undefined,
    rowWeights: rowWeights?.data,
    foreground: foreground?.tensor ? new Uint8Array(rows) : foreground?.data,
    beta: plainBeta(beta),
    normalizer: options.normalizer ?? undefined,
  };
  const reduction = options.reduction ?? undefined;
  const check = form === 'sigmoid' ? checkSigmoid : checkSoftmax;
  const checked: CheckedSigmoid | CheckedSoftmax = check(shape, inputs, reduction);
  if (areTargets) checkRows('targets', answers, logits.shape);
  else checkList('labels', answers, logits.shape);
  checkList('rowWeights', rowWeights, logits.shape);
  checkList('foreground', foreground, logits.shape);
  if (typeof beta === 'object') checkBeta(beta, logits.shape);
  checkSingle(checked);
  const counts = checked.reduction === 'mean' && inputs.normalizer === undefined;
  const device: DeviceInputs = {
    labels: areTargets ? undefined : answers?.tensor,
    targets: areTargets ? answers.tensor : undefined,
    rowWeights: rowWeights?.tensor,
    foreground: foreground?.tensor,
    foregroundGiven: foreground !== undefined,
    beta: typeof beta === 'object' ? beta.tensor : undefined,
  };
  return {
    form,
    rows,
    classes,
    reduction: checked.reduction,
    checked,
    draws: draws ? drawn : undefined,
    divisor: counts && device.labels !== undefined ? undefined : checked.divisor,
    device,
  };
}

const common = ['reduction', 'rowWeights', 'normalizer', 'validate'];

function checkNames(form: Form, options: AnyOptions): void {
  const [own, other] = form === 'sigmoid' ? ['foreground', 'beta'] : ['beta', 'foreground'];
  // What belongs to the other form is for core to refuse, which says why.
  refuseUnknown('options', options, [...common, own], [other]);
  const { validate } = options;
  if (validate !== undefined && validate !== null && typeof validate !== 'boolean') {
    throw new EqlError('UNSUPPORTED', `validate is ${String(validate)}; wanted true or false.`);
  }
}

/** `[…, classes]` as `[rows, classes]`. What has fewer dimensions is for core to refuse. */
function flatShape(shape: readonly number[]): readonly [rows: number, classes: number] {
  if (shape.length < 2) return shape as unknown as [number, number];
  return [shape.slice(0, -1).reduce((rows, n) => rows * n, 1), shape[shape.length - 1]];
}

/** A tensor or a nested array says by its rank which it is; a flat array by its length. SPEC G5, G7. */
function isTargets({ data, shape, flat }: Given, logits: readonly number[]): boolean {
  if (logits.length > 2) {
    if (shape.length === logits.length) return true;
    if (shape.length === logits.length - 1) return false;
    const wanted = `[${logits.slice(0, -1).join(', ')}] or [${logits.join(', ')}]`;
    throw new EqlError(
      'RANK',
      `labels have shape [${shape.join(', ')}], logits [${logits.join(', ')}]; wanted labels ${wanted}.`,
    );
  }
  if (!flat) return shape.length > 1;
  const [rows, classes] = logits;
  return logits.length === 2 && data?.length === rows * classes && data.length !== rows;
}

const drawNames = ['gamma', 'seed', 'step', 'rowOffset'];

function readBeta(beta: AnyOptions['beta'], policy: GpuPolicy): number | Given | undefined {
  return typeof beta === 'number' ? beta : readGiven('beta', beta, policy);
}

function isDrawn(beta: AnyOptions['beta']): beta is DrawnBeta {
  return typeof beta === 'object' && beta !== null && !(beta instanceof Tensor) && 'gamma' in beta;
}

/** How β is drawn, checked, if it is. Logits that are no rows of classes are for core to refuse. */
function readDraws(beta: AnyOptions['beta'], shape: readonly number[]): DrawnBeta | undefined {
  if (!isDrawn(beta)) return undefined;
  refuseUnknown('beta', beta, drawNames);
  if (shape.length === 2) checkDraws({ ...beta, rows: shape[0], classes: shape[1] });
  return beta;
}

function drawnBeta(draws: DrawnBeta, shape: readonly number[]): number | Given {
  if (shape.length !== 2) return 0;
  const data = drawBeta({ ...draws, rows: shape[0], classes: shape[1] });
  return { data, tensor: undefined, shape: [data.length], flat: true };
}

/** A scalar tensor is a number; 0 stands in for what only the GPU has. */
function plainBeta(beta: number | Given | undefined): BatchInputs['beta'] {
  if (typeof beta !== 'object') return beta;
  if (beta.data === undefined) return 0;
  return beta.shape.length === 0 ? beta.data[0] : beta.data;
}

/** Core sees only how many values there are: [classes, rows] must not pass for [rows, classes]. */
function checkRows(name: string, { shape, flat }: Given, logits: readonly number[]): void {
  if (flat || equal(shape, logits)) return;
  const sameColumns = shape.length === logits.length && shape.at(-1) === logits.at(-1);
  throw new EqlError(
    sameColumns ? 'ROW_COUNT' : 'CLASS_COUNT',
    `${name} have shape [${shape.join(', ')}]; the logits have [${logits.join(', ')}].`,
  );
}

/** Core counts one value a row: [rows, 1] and a scalar must not pass for [rows]. */
function checkList(name: string, values: Given | undefined, logits: readonly number[]): void {
  const rows = logits.slice(0, -1);
  if (values === undefined || equal(values.shape, rows)) return;
  throw new EqlError('ROW_COUNT', `${name} have shape [${values.shape.join(', ')}]; wanted [${rows.join(', ')}].`);
}

function checkBeta(beta: Given, logits: readonly number[]): void {
  const { shape, tensor } = beta;
  const isClasses = shape.length === 1 && (tensor === undefined || shape[0] === logits.at(-1));
  if (shape.length > 0 && !isClasses) checkRows('beta', beta, logits);
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, k) => n === b[k]);
}
