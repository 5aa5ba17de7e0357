// The lines of code that make this gate.

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { State } from './state.ts';
import { countWords } from './words.ts';

/** Code with a button that copies it. */
export function Snippet({ state }: { readonly state: State }): JSX.Element {
  const code = useRef<HTMLPreElement>(null);
  const [said, setSaid] = useState('');
  const text = codeOf(state);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied.');
    } catch {
      // Some browsers ask for a permission, some have no clipboard: then the text is at least selected.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setSaid('Selected: copy it with your keyboard.');
    }
  };
  return (
    <div class="u-snippet">
      <div class="row">
        <h3>Use it</h3>
        <button type="button" onClick={() => void copy()}>
          Copy the code
        </button>
        <span class="small" role="status">
          {said}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <section class="scroll" aria-label="Code for this gate" tabIndex={0}>
        <pre ref={code}>
          <code>{text}</code>
        </pre>
      </section>
    </div>
  );
}

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
