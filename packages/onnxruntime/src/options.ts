// What a loss in a graph can be: its options, checked once, with their defaults.

import { EqlError, type Form, type Reduction } from '@eqloss/core';

/** What a model can return. */
export type Output = 'loss' | 'rowLosses' | 'gradient';

/** How β comes: one number, one per class, one per element, or drawn (one bool per element). SPEC X5. */
export type BetaShape = 'scalar' | 'class' | 'element' | 'drawn';

/** Whose elementary functions the graph may trust. */
export type Arithmetic = 'cpu' | 'gpu';

/** The loss that a graph computes. */
export interface LossOptions {
  /** Which of the two losses. */
  readonly form: Form;
  /** `index`: one class a row; `rows`: one target an element. SPEC G7. */
  readonly labels: 'index' | 'rows';
  /** Element type of the index labels. Default `int32`. */
  readonly labelType?: 'int32' | 'int64';
  /** What is computed, and nothing beyond it. Default: all three. */
  readonly outputs?: readonly Output[];
  /** What `loss` is, and `gradient` the gradient of. SPEC R1, R5. Default `mean`. */
  readonly reduction?: Reduction;
  /** Whether an input `normalizer` replaces the mean's divisor. SPEC R2. Default false: rows that are not ignored. */
  readonly normalizer?: boolean;
  /** Whether there is an input `rowWeights`. SPEC R3. Default false. */
  readonly rowWeights?: boolean;
  /** Sigmoid only: whether there is an input `foreground`. SPEC G4. Default false: what the labels say. */
  readonly foreground?: boolean;
  /** Softmax only: how β comes. SPEC X5. Default `scalar`. */
  readonly beta?: BetaShape;
  /**
   * `cpu` (default): the exponential and logarithm of a CPU or of WebAssembly, accurate to single precision. `gpu`:
   * slower there, but right also where the device's own are not (4e-6 and more, NaN dropped).
   */
  readonly arithmetic?: Arithmetic;
}

/** {@link LossOptions} with every default filled in. */
export type Loss = Required<LossOptions>;

/** What {@link resolveLoss} knows. */
export const LOSS_OPTIONS: readonly string[] = [
  'form',
  'labels',
  'labelType',
  'outputs',
  'reduction',
  'normalizer',
  'rowWeights',
  'foreground',
  'beta',
  'arithmetic',
];

/** What a loss can give, in the order of the outputs of its model. */
export const OUTPUTS: readonly Output[] = ['loss', 'rowLosses', 'gradient'];
const BETAS: readonly BetaShape[] = ['scalar', 'class', 'element', 'drawn'];

/**
 * Checks the options of a loss and fills in the defaults.
 *
 * @throws {EqlError} `REDUCTION`, `NORMALIZER_RANGE` for a normalizer without a mean; `UNSUPPORTED` for anything else that
 * is left out, not known, or contradicts the form.
 */
export function resolveLoss(options: LossOptions): Loss {
  checkOptions('options', options, LOSS_OPTIONS);
  const {
    form,
    labels,
    labelType = 'int32',
    outputs = OUTPUTS,
    reduction = 'mean',
    normalizer = false,
    rowWeights = false,
    foreground = false,
    beta = 'scalar',
    arithmetic = 'cpu',
  } = options;
  oneOf('form', form, ['sigmoid', 'softmax']);
  oneOf('labels', labels, ['index', 'rows']);
  oneOf('labelType', labelType, ['int32', 'int64']);
  oneOf('beta', beta, BETAS);
  oneOf('arithmetic', arithmetic, ['cpu', 'gpu']);
  for (const [name, value] of Object.entries({ normalizer, rowWeights, foreground })) {
    if (typeof value !== 'boolean') unsupported(name, value, 'true or false: whether there is such an input');
  }
  if (form === 'sigmoid' && options.beta !== undefined) unsupported('beta', beta, 'none: the sigmoid form has no β');
  if (form === 'softmax' && foreground)
    unsupported('foreground', true, 'none: the softmax form has no foreground test');
  if (labels === 'rows' && options.labelType !== undefined)
    unsupported('labelType', labelType, 'none with target rows');
  if (!Array.isArray(outputs) || outputs.length === 0 || outputs.some((output) => !OUTPUTS.includes(output))) {
    unsupported(
      'outputs',
      Array.isArray(outputs) ? outputs.join(', ') || 'empty' : outputs,
      `some of ${OUTPUTS.join(', ')}`,
    );
  }
  if (!(['mean', 'sum', 'none'] as readonly unknown[]).includes(reduction)) {
    throw new EqlError('REDUCTION', `reduction is ${String(reduction)}; wanted mean, sum or none.`);
  }
  if (normalizer && reduction !== 'mean') {
    throw new EqlError('NORMALIZER_RANGE', `normalizer replaces the divisor of a mean; reduction is ${reduction}.`);
  }
  return { form, labels, labelType, outputs, reduction, normalizer, rowWeights, foreground, beta, arithmetic };
}

/** @throws {EqlError} `UNSUPPORTED`, always. */
export function unsupported(name: string, came: unknown, wanted: string): never {
  throw new EqlError('UNSUPPORTED', `${name} is ${String(came)}; wanted ${wanted}.`);
}

/**
 * Refuses what is no object, and what would be ignored in it: a misspelt option must not pass for one left out.
 *
 * @param name What the options are called in the message.
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkOptions(name: string, options: unknown, known: readonly string[]): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    unsupported(name, options, `an object with some of ${known.join(', ')}`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || known.includes(key)) continue;
    throw new EqlError('UNSUPPORTED', `${name}: ${key} is unknown; there are ${known.join(', ')}.`);
  }
}

/** @throws {EqlError} `UNSUPPORTED` for a word that is not among those known. */
export function oneOf(name: string, came: unknown, known: readonly string[]): void {
  if (!known.includes(came as string)) unsupported(name, came, known.join(' or '));
}
