// All vector files, in the order in which they are written.

import type { Form } from '../src/format.ts';
import { errorCases } from './cases/errors.ts';
import { gateCases } from './cases/gate.ts';
import { lvisSuites } from './cases/lvis.ts';
import { numericsCases } from './cases/numerics.ts';
import { partitionCases } from './cases/partition.ts';
import { reductionCases } from './cases/reduction.ts';
import { sigmoidCases } from './cases/sigmoid.ts';
import { softmaxCases } from './cases/softmax.ts';
import { wordnetSuites } from './cases/wordnet.ts';
import type { Suite } from './suite.ts';

const FORMS: readonly Form[] = ['sigmoid', 'softmax'];

/** Small tests by topic, then the batches of real size. */
export async function allSuites(): Promise<Suite[]> {
  return [...FORMS.flatMap(smallSuites), ...(await lvisSuites()), ...(await wordnetSuites())];
}

function smallSuites(form: Form): Suite[] {
  const topics = {
    gate: gateCases(form),
    entries: form === 'sigmoid' ? sigmoidCases() : softmaxCases(),
    reduction: reductionCases(form),
    numerics: numericsCases(form),
    partition: partitionCases(form),
    errors: errorCases(form),
  };
  return Object.entries(topics).map(([topic, cases]) => ({ name: `${form}-${topic}.json`, form, cases }));
}
