// All vector files, in the order in which they are written.

import type { Form } from '../src/format.ts';
import { betaCases } from './cases/beta.ts';
import { errorCases } from './cases/errors.ts';
import { excludedCases } from './cases/excluded.ts';
import { gateCases } from './cases/gate.ts';
import { lvisSuites } from './cases/lvis.ts';
import { magnitudeCases } from './cases/magnitudes.ts';
import { partitionCases } from './cases/partition.ts';
import { reductionCases } from './cases/reduction.ts';
import { shapeCases } from './cases/shapes.ts';
import { sigmoidCases } from './cases/sigmoid.ts';
import { smallLossCases } from './cases/small-losses.ts';
import { softmaxTargetCases } from './cases/softmax.ts';
import { specialCases } from './cases/special.ts';
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
    entries: [
      ...(form === 'sigmoid' ? sigmoidCases() : [...betaCases(), ...softmaxTargetCases()]),
      ...shapeCases(form),
    ],
    reduction: reductionCases(form),
    numerics: [...excludedCases(form), ...magnitudeCases(form), ...specialCases(form), ...smallLossCases(form)],
    partition: partitionCases(form),
    errors: errorCases(form),
  };
  return Object.entries(topics).map(([topic, cases]) => ({ name: `${form}-${topic}.json`, form, cases }));
}
