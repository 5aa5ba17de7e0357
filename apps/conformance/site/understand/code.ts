// The lines of code that make the gate of a state.

import type { State } from './state.ts';
import { countWords } from './words.ts';

/** The code for a state: the exact λ, not the rounded one. */
export function codeOf({ ranked, threshold, form, beta, cut }: State): string {
  const { counts, total } = ranked.value;
  const loss = form.value === 'sigmoid' ? 'sigmoidEql' : 'softmaxEql';
  const { kind, value } = beta.value;
  const drawn = form.value === 'softmax' && kind === 'drawn';
  const names = ['createGate', ...(drawn ? ['drawBeta'] : []), 'frequenciesFromCounts', loss].join(', ');
  const lines = [
    `import { ${names} } from '@eqloss/core';`,
    '',
    `// counts: ${countWords(counts.length)} numbers, in the order of your logits. ${countWords(cut.value.tailClasses)} of them are tail.`,
    `const gate = createGate(frequenciesFromCounts(counts, ${total}), { threshold: ${threshold.value} });`,
  ];
  if (form.value === 'sigmoid') {
    lines.push(
      '// labels: a class of each row, or gate.classes for background.',
      'const { loss, gradient } = sigmoidEql({ gate, logits, labels });',
    );
  } else {
    if (drawn) {
      lines.push(
        `const beta = drawBeta({ rows: labels.length, classes: gate.classes, gamma: ${value}, seed: 1, step });`,
      );
    }
    lines.push(`const { loss, gradient } = softmaxEql({ gate, logits, labels, beta${drawn ? '' : `: ${value}`} });`);
  }
  return lines.join('\n');
}
