// Wrong losses: core with one line changed, each breaking one rule of the spec. The vectors must tell every one of them.

/** One change of core's source. */
export interface Mutant {
  /** What is wrong with it, in words. */
  readonly name: string;
  /** The clause that it breaks. */
  readonly clause: string;
  /** File in packages/core/src. */
  readonly file: string;
  /** Text that stands exactly once in that file. */
  readonly find: string;
  readonly replace: string;
}

const mutant = (clause: string, name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  clause,
  file,
  find,
  replace,
});

const gate = 'gate.ts';
const prepare = 'prepare.ts';
const checks = 'checks.ts';
const loss = 'loss.ts';
const sigmoid = 'sigmoid.ts';
const softmax = 'softmax.ts';

export const mutants: readonly Mutant[] = [
  mutant(
    'G1',
    'a class at the threshold is tail',
    gate,
    '= frequencies[j] < threshold',
    '= frequencies[j] <= threshold',
  ),
  mutant('G1', 'head and tail swapped', gate, '= frequencies[j] < threshold', '= frequencies[j] > threshold'),
  mutant(
    'G2',
    'threshold in single precision',
    gate,
    '= frequencies[j] < threshold',
    '= frequencies[j] < Math.fround(threshold)',
  ),
  mutant(
    'G2',
    'frequencies in single precision',
    gate,
    '= frequencies[j] < threshold',
    '= Math.fround(frequencies[j]) < threshold',
  ),
  mutant('G4', 'every row is foreground', sigmoid, 'batch.foreground[i] === 1 && batch.tail', 'batch.tail'),
  mutant('G4', 'background labels are foreground', prepare, 'labels[i] >= 0 ? 1 : 0', '1'),
  mutant('G4', 'only a target of 1 makes a row foreground', prepare, 'if (targets[k] > 0)', 'if (targets[k] === 1)'),
  mutant(
    'G4',
    'a row of targets is foreground by its first class',
    prepare,
    'k < (i + 1) * classes && foreground[i] === 0',
    'k < i * classes + 1',
  ),
  mutant('G4', 'an explicit foreground is not used', prepare, 'foreground.set(inputs.foreground);', ''),
  mutant('G5', 'ignored rows count as background', prepare, 'rowWeights[i] = 0;\n      counted--;', ''),
  mutant(
    'G5',
    'background is the last class',
    prepare,
    '(label === classes ? -1 : label)',
    '(label === classes ? classes - 1 : label)',
  ),
  mutant(
    'G5',
    'background is ignored',
    prepare,
    'if (inputs.labels[i] !== -1) continue;',
    'if (inputs.labels[i] !== -1 && inputs.labels[i] !== classes) continue;',
  ),
  mutant('G5', 'labels out of range pass', checks, '&& label >= -1 && label <= highest', ''),
  mutant('S1', 'positives of tail classes are gated too', sigmoid, '? y : 1;', '? 0 : 1;'),
  mutant('S1', 'a soft target gates nothing', sigmoid, '? y : 1;', '? (y > 0 ? 1 : 0) : 1;'),
  mutant('S1', 'the weight is missing in the gradient', sigmoid, 'return w * (y === 1', 'return 1 * (y === 1'),
  mutant(
    'S2',
    'epsilon in the logarithm',
    sigmoid,
    'Math.log1p(Math.exp(-size))',
    'Math.log(1 + Math.exp(-size) + 1e-12)',
  ),
  mutant('S2', 'soft targets lose their slope', sigmoid, 'z >= 0 ? 1 - y : y;', 'z >= 0 ? 1 : 0;'),
  mutant('S3', 'the gradient has the wrong sign', sigmoid, 'sigmoid(z) - y)', 'y - sigmoid(z))'),
  mutant('X1', 'β also weighs the label', softmax, 'return v + (1 - v) * target(batch, i, k);', 'return v;'),
  mutant('X1', 'β weighs head classes too', checks, '* tail[k % classes]', ''),
  mutant('X1', 'β is not used', checks, '1 - values[scalar ? 0 : k] * tail[k % classes]', '1'),
  mutant(
    'X1',
    'β is 1 wherever it is not 0',
    checks,
    '1 - values[scalar ? 0 : k] * tail[k % classes]',
    '1 - Math.ceil(values[scalar ? 0 : k]) * tail[k % classes]',
  ),
  mutant(
    'X1',
    '1 - β in single precision',
    checks,
    '1 - values[scalar ? 0 : k] * tail[k % classes]',
    '1 - Math.fround(values[scalar ? 0 : k]) * tail[k % classes]',
  ),
  mutant('X2', 'the maximum is over all entries', softmax, 'if (weight(batch, i, k) > 0) sums', 'sums'),
  mutant(
    'X2',
    'no maximum is taken out',
    softmax,
    'sums.max[i] = Math.max(sums.max[i], logits[i * classes + k]);',
    'sums.max[i] = 0;',
  ),
  mutant('X3', 'soft targets count as 1', softmax, 'return y === 0 ? 0 : y * (sums', 'return y === 0 ? 0 : (sums'),
  mutant('X3', 'a row without targets is not taken out', prepare, '.every((y) => y === 0)', '.every(() => false)'),
  mutant(
    'X4',
    'Σ y is missing in the gradient',
    softmax,
    'const share = sums.mass[i] / (own + rest);',
    'const share = 1 / (own + rest);',
  ),
  mutant('X4', 'the weight is missing in the gradient', softmax, ': share * w * Math.exp', ': share * Math.exp'),
  mutant(
    'X5',
    'β per class is read per row',
    softmax,
    'batch.perElement ? i * batch.classes + k : k',
    'batch.perElement ? i * batch.classes + k : i % batch.classes',
  ),
  mutant(
    'X5',
    'β per element is read from the first row',
    softmax,
    'batch.perElement ? i * batch.classes + k : k',
    'k',
  ),
  mutant(
    'X5',
    'a missing β is 0',
    checks,
    'if (beta === undefined) {',
    'if (beta === undefined) beta = 0;\n  if (false) {',
  ),
  mutant(
    'X6',
    'the softmax form takes a background label',
    checks,
    'const highest = background ? classes : classes - 1;',
    'const highest = classes;',
  ),
  mutant(
    'R1',
    'the mean divides by the classes too',
    prepare,
    'Math.max(counted, 1)',
    'Math.max(counted * classes, 1)',
  ),
  mutant('R1', 'the mean counts ignored rows', prepare, 'Math.max(counted, 1)', 'Math.max(rows, 1)'),
  mutant(
    'R1',
    'the mean divides by the sum of the row weights',
    prepare,
    'Math.max(counted, 1)',
    'Math.max(rowWeights.reduce((a, b) => a + b, 0), 1)',
  ),
  mutant(
    'R1',
    'the mean divides by the non-zero row weights',
    prepare,
    'Math.max(counted, 1)',
    'Math.max(rowWeights.filter((w) => w > 0).length, 1)',
  ),
  mutant(
    'R1',
    'the mean leaves background rows out',
    prepare,
    'Math.max(counted, 1)',
    'Math.max(labels ? labels.filter((l) => l >= 0).length : rows, 1)',
  ),
  mutant('R1', 'the mean is a sum', prepare, "reduction === 'mean' ?", 'false ?'),
  mutant(
    'R1',
    'row losses are divided',
    loss,
    'return sumOf(rowLosses.length, (i) => rowLosses[i]) / prepared.divisor;',
    'rowLosses.forEach((l, i) => { rowLosses[i] = l / prepared.divisor; });\n  return sumOf(rowLosses.length, (i) => rowLosses[i]);',
  ),
  mutant(
    'R2',
    'the normalizer is not used',
    prepare,
    '(inputs.normalizer ?? Math.max(counted, 1))',
    'Math.max(counted, 1)',
  ),
  mutant(
    'R2',
    'the normalizer is rounded up to a row',
    prepare,
    '(inputs.normalizer ??',
    '(Math.ceil(inputs.normalizer ?? 0) ||',
  ),
  mutant('R3', 'row weights are not used', prepare, 'rowWeights.set(inputs.rowWeights);', ''),
  mutant(
    'R3',
    'row weights are missing in the loss (sigmoid)',
    sigmoid,
    'rowLosses[i] = rowWeights[i] * ',
    'rowLosses[i] = ',
  ),
  mutant(
    'R3',
    'row weights are missing in the gradient (sigmoid)',
    sigmoid,
    'const scale = rowWeights[i] / prepared.divisor;',
    'const scale = 1 / prepared.divisor;',
  ),
  mutant(
    'R3',
    'row weights are missing in the gradient (softmax)',
    softmax,
    'const scale = rowWeights[i] / batch.divisor;',
    'const scale = 1 / batch.divisor;',
  ),
  mutant('R4', 'nothing counted divides by 0', prepare, 'Math.max(counted, 1)', 'counted'),
  mutant(
    'R5',
    'the divisor is missing in the gradient (sigmoid)',
    sigmoid,
    'const scale = rowWeights[i] / prepared.divisor;',
    'const scale = rowWeights[i];',
  ),
  mutant(
    'R5',
    'the divisor is missing in the gradient (softmax)',
    softmax,
    'const scale = rowWeights[i] / batch.divisor;',
    'const scale = rowWeights[i];',
  ),
  mutant(
    'N1',
    'an excluded NaN leaks into the loss (sigmoid)',
    sigmoid,
    'if (w === 0) return 0; // excluded',
    '// excluded',
  ),
  mutant(
    'N1',
    'an excluded NaN leaks into the gradient (sigmoid)',
    sigmoid,
    'if (w === 0) return 0;\n  const z = logits[i * batch.classes + j];\n  // σ',
    'const z = logits[i * batch.classes + j];\n  // σ',
  ),
  mutant(
    'N1',
    'an excluded NaN leaks into the sum (softmax)',
    softmax,
    'return w === 0 ? 0 : w * Math.exp',
    'return w * Math.exp',
  ),
  mutant(
    'N1',
    'an excluded NaN leaks into the gradient (softmax)',
    softmax,
    'if (w === 0) continue; // excluded',
    '// excluded',
  ),
  mutant('N2', 'an infinite positive is 0 · ∞', sigmoid, '(slope === 0 ? 0 : slope * size)', 'slope * size'),
  mutant(
    'N2',
    'logits are clamped to ±50',
    sigmoid,
    'const size = Math.abs(z);',
    'const size = Math.min(Math.abs(z), 50);',
  ),
  mutant(
    'N2',
    'NaN becomes 0',
    softmax,
    'Math.exp(logits[i * classes + k] - sums.max[i]);\n  };',
    'Math.exp((logits[i * classes + k] - sums.max[i]) || 0);\n  };',
  ),
  mutant('N3', 'log(1 + e) instead of log1p', sigmoid, 'Math.log1p(Math.exp(-size))', 'Math.log(1 + Math.exp(-size))'),
  mutant('N3', 'σ overflows', sigmoid, 'return (z >= 0 ? 1 : e) / (1 + e);', 'return Math.exp(z) / (1 + Math.exp(z));'),
  mutant('N3', 'σ(z) - 1 cancels', sigmoid, '(y === 1 ? -sigmoid(-z) : sigmoid(z) - y)', '(sigmoid(z) - y)'),
  mutant(
    'N3',
    'the small softmax loss cancels',
    softmax,
    'own === 1 ? Math.log1p(rest) : Math.log(own + rest)',
    'Math.log(own + rest)',
  ),
];
