// All wrong losses. The vectors must tell every one of them; which do is in packages/conformance/MUTANTS.md.

import type { Mutant } from './mutant.ts';
import { doubleMutants } from './mutants-double.ts';
import { drawMutants } from './mutants-draws.ts';
import { inputMutants } from './mutants-input.ts';
import { singleMutants } from './mutants-single.ts';

/** Every mutant. Its name is unique. */
export const mutants: readonly Mutant[] = [...doubleMutants, ...inputMutants, ...singleMutants, ...drawMutants];
