// Text to copy, with a button.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Milliseconds that the button says what it did. */
const SAID = 2500;

/** @param props `label`: what the text is, for the button. */
export function CopyBox({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  const said = useSignal('');
  const pre = useRef<HTMLPreElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'Copied';
    } catch {
      // Not allowed here: the keyboard can do the rest.
      if (pre.current) getSelection()?.selectAllChildren(pre.current);
      said.value = 'Selected: copy it now';
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      said.value = '';
    }, SAID);
  };
  return (
    <div class="copy-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre ref={pre} class={text.includes('\n') ? undefined : 'line'} tabIndex={0}>
        <code>{text}</code>
      </pre>
      <button type="button" onClick={copy}>
        Copy {label}
      </button>
      <span class="small quiet" role="status">
        {said.value}
      </span>
    </div>
  );
}
