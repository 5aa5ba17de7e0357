// A target for eqloss-conformance. It passes all that it claims: put your own maths in place of `eql`, then claim more.

import type { DecodedTest, Outcome, Outputs, Target } from '@eqloss/conformance/protocol';

export async function createTarget(): Promise<Target> {
  return {
    protocol: 1,
    name: 'my-adapter',
    version: '0.1.0',
    environment: { engine: 'plain JavaScript' },
    supports: {
      forms: ['sigmoid'],
      dtypes: ['float64'],
      outputs: ['loss', 'rowLosses', 'gradient'],
      reductions: ['none', 'sum', 'mean'],
      features: ['index-labels', 'background'],
    },
    run: async (test: DecodedTest): Promise<Outcome> => {
      const error = refusal(test);
      return error ? { error } : { outputs: eql(test) };
    },
  };
}

/** Equalization Loss, sigmoid form, as plainly as SPEC.md has it. */
function eql({ inputs, options }: DecodedTest): Outputs {
  const { logits, frequencies, labels = [] } = inputs;
  const { threshold = 0, reduction } = options;
  const [rows = 0, classes = 0] = logits.shape;
  const divisor = reduction === 'mean' ? Math.max(rows, 1) : 1;
  const gradient = new Float64Array(logits.data.length);
  const rowLosses = Float64Array.from(labels, (label, row) => {
    let rowLoss = 0;
    frequencies.forEach((frequency, column) => {
      const at = row * classes + column;
      const z = logits.data[at] ?? NaN;
      const positive = label === column;
      const foreground = label < classes; // the label C is background
      if (foreground && frequency < threshold && !positive) return; // the gate: w = 0
      const x = positive ? -z : z; // softplus(z) - z = softplus(-z), and σ(z) - 1 = -σ(-z)
      rowLoss += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      gradient[at] = (positive ? -1 : 1) / (1 + Math.exp(-x)) / divisor;
    });
    return rowLoss;
  });
  const loss = rowLosses.reduce((sum, value) => sum + value, 0) / divisor;
  return { rowLosses, gradient, ...(reduction !== 'none' && { loss }) };
}

/** The code of SPEC.md for input that must be refused. */
function refusal({ inputs, options }: DecodedTest): string | undefined {
  const { logits, frequencies, labels } = inputs;
  const [rows = 0, classes = 0] = logits.shape;
  const isAmount = (value: number): boolean => value >= 0 && value < Infinity;
  const isLabel = (label: number): boolean => Number.isInteger(label) && label >= -1 && label <= classes;
  if (logits.data instanceof Int32Array) return 'DTYPE';
  if (logits.shape.length !== 2) return 'RANK';
  if (classes === 0 || frequencies.length !== classes) return 'CLASS_COUNT';
  if (!labels) return 'UNSUPPORTED';
  if (labels.length !== rows) return 'ROW_COUNT';
  if (!labels.every(isLabel)) return 'LABEL_RANGE';
  if (!frequencies.every(isAmount)) return 'FREQUENCY_RANGE';
  if (options.threshold === undefined || !isAmount(options.threshold)) return 'THRESHOLD_RANGE';
  if (!['none', 'sum', 'mean'].includes(options.reduction)) return 'REDUCTION';
  return undefined;
}
