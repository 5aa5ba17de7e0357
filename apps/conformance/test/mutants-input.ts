// Wrong checks: bad input that passes, or is refused with another code.

import { type Mutant, mutant } from './mutant.ts';

const gate = 'gate.ts';
const checked = 'checked.ts';
const checks = 'checks.ts';
const loss = 'loss.ts';
const targets = 'targets.ts';

export const inputMutants: readonly Mutant[] = [
  mutant(
    'DTYPE',
    'integer logits pass',
    loss,
    "kind !== 'Float64Array' && kind !== 'Float32Array'",
    "!kind.endsWith('Array')",
  ),
  mutant('RANK', 'any rank passes', checks, 'if (shape.length !== 2) {', 'if (false) {'),
  mutant('ROW_COUNT', 'rows are not compared', checks, 'if (values.length !== rows) {', 'if (false) {'),
  mutant('CLASS_COUNT', 'columns are not compared', checks, 'if (columns === gate.classes) return', 'if (true) return'),
  mutant('FOREGROUND_RANGE', 'any foreground passes', checks, '(e) => e === 0 || e === 1', '() => true'),
  mutant('ROW_WEIGHT_RANGE', 'negative row weights pass', checks, '(w) => Number.isFinite(w) && w >= 0', '() => true'),
  mutant(
    'NORMALIZER_RANGE',
    'a normalizer of 0 passes',
    checks,
    '!(Number.isFinite(normalizer) && normalizer > 0)',
    'false',
  ),
  mutant(
    'DTYPE',
    'integer logits are converted',
    loss,
    "kind !== 'Float64Array' && kind !== 'Float32Array'",
    "kind !== 'Float64Array' && kind !== 'Float32Array' && kind !== 'Int32Array'",
  ),
  mutant(
    'ROW_COUNT',
    'too many labels are cut',
    checks,
    'if (values.length !== rows) {',
    'if (values.length < rows) {',
  ),
  mutant(
    'ROW_COUNT',
    'too few target rows are the gate’s fault',
    targets,
    "targets.length % classes === 0 ? 'ROW_COUNT' : 'CLASS_COUNT'",
    "'CLASS_COUNT'",
  ),
  mutant(
    'CLASS_COUNT',
    'a background column is left out',
    checks,
    'if (columns === gate.classes) return',
    'if (columns === gate.classes || columns === gate.classes + 1) return',
  ),
  mutant(
    'CLASS_COUNT',
    'β of any length passes',
    checks,
    'if (!scalar && beta.length !== classes && beta.length !== rows * classes) {',
    'if (false) {',
  ),
  mutant('CLASS_COUNT', 'a gate without classes passes', gate, 'if (!(values?.length > 0))', 'if (false)'),
  mutant(
    'LABEL_RANGE',
    'a fraction is cut to a class',
    checks,
    'Number.isInteger(label) && label >= -1 && label <= highest',
    'label >= -1 && label <= highest',
  ),
  mutant(
    'LABEL_RANGE',
    'every negative label is ignored',
    checks,
    'Number.isInteger(label) && label >= -1 && label <= highest',
    'Number.isInteger(label) && label <= highest',
  ),
  mutant(
    'LABEL_RANGE',
    'a label beyond background is background',
    checks,
    'Number.isInteger(label) && label >= -1 && label <= highest',
    'Number.isInteger(label) && label >= -1',
  ),
  mutant(
    'TARGET_RANGE',
    'targets are not looked at one by one',
    targets,
    'if (positive === undefined) return false;',
    'positive ??= MIXED;',
  ),
  mutant(
    'FREQUENCY_RANGE',
    'an infinite frequency passes',
    gate,
    '(f) => Number.isFinite(f) && f >= 0',
    '(f) => f >= 0',
  ),
  mutant(
    'FREQUENCY_RANGE',
    'a frequency that is NaN is head',
    gate,
    '(f) => Number.isFinite(f) && f >= 0',
    '(f) => !(f < 0 || f === Infinity)',
  ),
  mutant(
    'THRESHOLD_RANGE',
    'a missing threshold is 0',
    gate,
    'const threshold = options?.threshold;',
    'const threshold = options?.threshold ?? 0;',
  ),
  mutant(
    'THRESHOLD_RANGE',
    'a negative threshold passes',
    gate,
    '!(Number.isFinite(threshold) && threshold >= 0)',
    '!Number.isFinite(threshold)',
  ),
  mutant(
    'BETA_RANGE',
    'only the first β is looked at',
    checks,
    'scalar ? [beta] : beta, ',
    'scalar ? [beta] : [beta[0]], ',
  ),
  mutant(
    'BETA_RANGE',
    'β that is NaN passes',
    checks,
    'return Number.isFinite(value) && value >= 0 && value <= 1; // null',
    'return !(value < 0 || value > 1); // null',
  ),
  mutant(
    'BETA_RANGE',
    'β a little above 1 passes',
    checks,
    'value >= 0 && value <= 1; // null',
    'value >= 0 && value <= 1 + 1e-12; // null',
  ),
  mutant(
    'FOREGROUND_RANGE',
    'whatever is not 0 is foreground',
    checks,
    '(e) => e === 0 || e === 1',
    '(e) => Number.isFinite(e)',
  ),
  mutant(
    'ROW_WEIGHT_RANGE',
    'an infinite row weight passes',
    checks,
    '(w) => Number.isFinite(w) && w >= 0',
    '(w) => w >= 0',
  ),
  mutant(
    'REDUCTION',
    'the case of letters does not matter',
    checks,
    "if (reduction !== 'none' && reduction !== 'sum' && reduction !== 'mean') {",
    "if (!['none', 'sum', 'mean'].includes(String(reduction).toLowerCase())) {",
  ),
  mutant(
    'NORMALIZER_RANGE',
    'an infinite normalizer passes',
    checks,
    '!(Number.isFinite(normalizer) && normalizer > 0)',
    '!(normalizer > 0)',
  ),
  mutant(
    'UNSUPPORTED',
    'without labels and targets nothing is judged',
    checked,
    'isGiven(labels) === isGiven(targets)',
    'isGiven(labels) && isGiven(targets)',
  ),
  {
    ...mutant(
      'DISPOSED',
      'released kernels go on',
      'kernels.ts',
      "if (disposed) throw new EqlError('DISPOSED', 'these kernels",
      "if (false) throw new EqlError('DISPOSED', 'these kernels",
    ),
    package: 'wasm',
  },
];
