// What a test needs of a target. A test that needs more than the target has is `unsupported`, never passed.

import type { Dtype, EncodedTest, Form, Output } from './format.ts';
import type { Feature, Supports } from './target.ts';

/** How a target can take a test, or what it misses. */
export type Fit =
  | { readonly dtype: Dtype; readonly outputs: readonly Output[] }
  /** Words for what is missing, such as `target-rows` or `softmax form`. */
  | { readonly missing: readonly string[] };

/**
 * Fits a test to a target: the first of the target's dtypes that the test lists, and the outputs both have.
 * Wrong reductions are errors to be tested and need no support.
 */
export function fitTest(test: EncodedTest, form: Form, supports: Supports): Fit {
  // Without the form nothing else matters, and reports stay short.
  if (!supports.forms.includes(form)) return { missing: [`${form} form`] };
  const missing: string[] = [];
  const dtype = supports.dtypes.find((candidate) => test.dtypes.includes(candidate));
  if (!dtype) missing.push(test.dtypes.join(' or '));
  const { reduction } = test.options;
  if (isReduction(reduction) && !supports.reductions.includes(reduction)) missing.push(`reduction ${reduction}`);
  missing.push(...featuresOf(test, form).filter((feature) => !supports.features.includes(feature)));
  const { expected } = test;
  const needsOutputs = !('error' in expected);
  const outputs = supports.outputs.filter((output) => needsOutputs && (output === 'loss' || output in expected));
  // A loss that must be absent is compared too, but is no output that could prove anything.
  if (needsOutputs && !outputs.some((output) => output in expected)) missing.push('any of the outputs');
  return missing.length > 0 || !dtype ? { missing } : { dtype, outputs };
}

/** The features that a test uses. */
export function featuresOf(test: EncodedTest, form: Form): readonly Feature[] {
  const { labels, targets, foreground, rowWeights, beta } = test.inputs;
  const classes = test.inputs.frequencies.shape[0];
  const uses: readonly [Feature, boolean][] = [
    ['index-labels', labels !== undefined],
    ['target-rows', targets !== undefined],
    ['background', form === 'sigmoid' && labels !== undefined && labels.includes(classes)],
    ['ignored-rows', labels?.includes(-1) === true],
    ['foreground', foreground !== undefined],
    ['row-weights', rowWeights !== undefined],
    ['normalizer', test.options.normalizer !== undefined],
    ['beta-scalar', beta?.shape.length === 0],
    ['beta-class', beta?.shape.length === 1],
    ['beta-element', beta?.shape.length === 2],
    ['release', test.options.released === true],
  ];
  return uses.filter(([, used]) => used).map(([feature]) => feature);
}

function isReduction(text: string): text is 'none' | 'sum' | 'mean' {
  return text === 'none' || text === 'sum' || text === 'mean';
}
