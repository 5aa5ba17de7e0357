// Which error codes of SPEC.md fit a batch. Written from its table "Bad input", and shares no code with any implementation.

import type { Form } from '../format.ts';
import type { Case, Grid } from './case.ts';

/**
 * The codes that a batch may be refused with: none for a valid batch, several where SPEC.md leaves open which of its
 * faults is told. What `error` and `flags` of the case say is not looked at.
 */
export function refusalsOf(form: Form, test: Case): readonly string[] {
  const found = new Set<string>();
  const check = (code: string, good: boolean) => {
    if (!good) found.add(code);
  };
  check('DISPOSED', !test.released);
  check('DTYPE', !test.integerLogits);
  check('FREQUENCY_RANGE', test.frequencies.every(isAmount));
  check('THRESHOLD_RANGE', test.threshold !== undefined && isAmount(test.threshold));
  check('REDUCTION', ['none', 'sum', 'mean'].includes(test.reduction));
  check('UNSUPPORTED', (test.labels === undefined) !== (test.targets === undefined));
  check('TARGET_RANGE', Array.from(test.targets?.data ?? []).every(isUnit));
  check('ROW_WEIGHT_RANGE', (test.rowWeights ?? []).every(isAmount));
  if (test.normalizer !== undefined) {
    const good = Number.isFinite(test.normalizer) && test.normalizer > 0;
    check('NORMALIZER_RANGE', good && test.reduction === 'mean');
  }
  for (const code of form === 'sigmoid' ? sigmoidCodes(test) : softmaxCodes(test)) found.add(code);
  for (const code of shapeCodes(form, test)) found.add(code);
  return [...found].sort();
}

function sigmoidCodes({ beta, foreground = [] }: Case): readonly string[] {
  return [
    ...(beta === undefined ? [] : ['UNSUPPORTED', ...betaCodes(beta)]),
    ...(foreground.every((flag) => flag === 0 || flag === 1) ? [] : ['FOREGROUND_RANGE']),
  ];
}

function softmaxCodes({ beta, foreground }: Case): readonly string[] {
  const missing = beta === undefined ? ['BETA_RANGE'] : betaCodes(beta);
  return foreground === undefined ? missing : ['UNSUPPORTED', ...missing];
}

function betaCodes(beta: number | Grid): readonly string[] {
  const values = typeof beta === 'number' ? [beta] : Array.from(beta.data);
  return values.every(isUnit) ? [] : ['BETA_RANGE'];
}

/** Of logits that are no matrix neither rows nor columns are known, and a gate without classes fits nothing. */
function shapeCodes(form: Form, test: Case): readonly string[] {
  const { shape } = test.logits;
  const classes = test.frequencies.length;
  const codes: string[] = [];
  if (shape.length !== 2) codes.push('RANK');
  // A package that takes [..., classes] takes target rows of one axis less for labels, of which there are too many.
  if (shape.length > 2 && test.targets) codes.push('ROW_COUNT');
  if (classes === 0) codes.push('CLASS_COUNT');
  if (codes.length > 0) return codes;
  const [rows, columns] = shape;
  if (columns !== classes) codes.push('CLASS_COUNT');
  // Flat arrays carry no shape: their length decides.
  const targets = test.targets?.data.length;
  if (targets !== undefined && targets !== rows * classes) {
    codes.push(targets % classes === 0 ? 'ROW_COUNT' : 'CLASS_COUNT');
  }
  const betas = typeof test.beta === 'object' ? test.beta.data.length : classes;
  if (betas !== classes && betas !== rows * classes) codes.push('CLASS_COUNT');
  for (const values of [test.labels, test.foreground, test.rowWeights]) {
    if (values !== undefined && values.length !== rows) codes.push('ROW_COUNT');
  }
  const highest = form === 'sigmoid' ? classes : classes - 1;
  const isLabel = (label: number) => Number.isInteger(label) && label >= -1 && label <= highest;
  if (test.labels && !test.labels.every(isLabel)) codes.push('LABEL_RANGE');
  return codes;
}

/** Finite and >= 0. */
function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function isUnit(value: number): boolean {
  return value >= 0 && value <= 1;
}
