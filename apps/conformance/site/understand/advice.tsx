// Core's advice about the set-up.

import type { Finding } from '@eqloss/core';
import type { JSX } from 'preact';

/** Findings, each with its clause; nothing when there are none. */
export function AdviceList({ findings }: { readonly findings: readonly Finding[] }): JSX.Element {
  return (
    <div role="status">
      {findings.map(({ code, message }) => (
        <p key={message} class="u-advice u-warning">
          <strong class="known">⚠ {code}</strong> {message.replace(/^./, (first) => first.toUpperCase())}
        </p>
      ))}
    </div>
  );
}
