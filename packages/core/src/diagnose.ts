// Advice about set-ups that train badly. Never an exception. SPEC D1 to D3.

import type { Form } from './batch.ts';
import type { Gate } from './gate.ts';
import { tailRatio } from './tail.ts';

/** One piece of advice. */
export interface Finding {
  /** The clause of SPEC.md. */
  readonly code: 'D1' | 'D2' | 'D3';
  /** What was found, and what to do. */
  readonly message: string;
}

/** What {@link diagnose} looks at. */
export interface DiagnoseInputs {
  /** Which of the two losses. */
  readonly form: Form;
  /** Which classes are tail. For D1 to D3. */
  readonly gate: Gate;
  /** Index labels of a whole epoch, or of enough batches to stand for one. For D1. */
  readonly labels?: ArrayLike<number>;
  /** E of those rows, when given explicitly. For D1. */
  readonly foreground?: ArrayLike<number>;
  /** γ of the draws, or a fixed β. For D2. */
  readonly beta?: number;
  /** Images per class `[classes]`. For the tail ratio of D3. */
  readonly counts?: ArrayLike<number>;
}

const COLLAPSE_BETA = 0.99;
const LOWEST_TAIL_RATIO = 0.02;
const HIGHEST_TAIL_RATIO = 0.1;

/**
 * Says what about this set-up is known to train badly.
 *
 * - D1: sigmoid, gated classes, and not one background row: tail logits never get a negative gradient.
 * - D2: softmax with γ or a fixed β >= 0.99.
 * - D3: no class or every class is tail, or the tail ratio lies outside 2 % to 10 %.
 *
 * @returns The findings, in the order of the clauses; empty when there is nothing to say.
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE` for `counts`
 */
export function diagnose(inputs: DiagnoseInputs): Finding[] {
  const { form, gate, counts, beta } = inputs;
  const tailClasses = gate.tail.reduce((sum, t) => sum + t, 0);
  const findings: Finding[] = [];
  if (form === 'sigmoid' && tailClasses > 0 && lacksBackground(inputs)) {
    findings.push({
      code: 'D1',
      message: `${tailClasses} classes are gated and no row is background: their logits never get a negative gradient, and accuracy collapses. Add background rows.`,
    });
  }
  if (form === 'softmax' && tailClasses > 0 && beta !== undefined && beta >= COLLAPSE_BETA) {
    findings.push({
      code: 'D2',
      message: `β or γ is ${beta}: tail logits hardly ever get a negative gradient, and accuracy collapses. 0.9 to 0.95 works.`,
    });
  }
  if (tailClasses === 0) {
    findings.push({ code: 'D3', message: 'no class is tail: the loss is plain cross-entropy. Is λ in the unit of f?' });
  } else if (tailClasses === gate.classes) {
    findings.push({ code: 'D3', message: 'every class is tail. Is λ in the unit of the frequencies?' });
  } else if (counts !== undefined) {
    const ratio = tailRatio(counts, gate);
    if (ratio < LOWEST_TAIL_RATIO || ratio > HIGHEST_TAIL_RATIO) {
      const percent = (100 * ratio).toFixed(2);
      findings.push({ code: 'D3', message: `the tail ratio is ${percent} %; the paper advises 2 % to 10 %.` });
    }
  }
  return findings;
}

/** Counted rows, all of them foreground: nothing ever pushes a tail logit down. */
function lacksBackground({ gate, labels, foreground }: DiagnoseInputs): boolean {
  const rows = labels?.length ?? foreground?.length ?? 0;
  let counted = 0;
  for (let i = 0; i < rows; i++) {
    if (labels?.[i] === -1) continue;
    counted++;
    if (foreground === undefined ? labels?.[i] === gate.classes : foreground[i] === 0) return false;
  }
  return counted > 0;
}
