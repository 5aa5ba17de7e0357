// A field for a number: what cannot be used stays in the field, with the reason beside it.

import type { JSX } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';

/** What {@link NumberField} needs. */
export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly help?: string;
  /** Characters of a usual value. */
  readonly size?: number;
  /** Takes a number, NaN for what is none; returns what is wrong with it. */
  readonly change: (value: number) => string | undefined;
}

/** A labelled text field for a number. */
export function NumberField({ label, value, help, size = 10, change }: NumberFieldProps): JSX.Element {
  const id = useId();
  const [text, setText] = useState(String(value));
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    // Not while the same number is being written in another way, such as "0.0".
    if (numberOf(text) !== value) setText(String(value));
    setProblem(undefined);
  }, [value]);
  const write = (next: string): void => {
    setText(next);
    setProblem(change(numberOf(next)));
  };
  return (
    <div class="u-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        size={size}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={help || problem ? `${id}-about` : undefined}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <span id={`${id}-about`} class="u-help" aria-live="polite">
        {problem === undefined ? <span class="quiet small">{help}</span> : <span class="fail">✗ {problem}</span>}
      </span>
    </div>
  );
}

/** Empty text is no number. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
