// What failed, with its worst elements. Every text here may come from an engine: it is shown as text.

import { isFailure, type TestResult } from '@eqloss/conformance/protocol';
import type { JSX } from 'preact';
import { Heads } from '../heads.tsx';
import type { State, TargetState } from './state.ts';

/** How many failures of one target are shown here; the full report has them all. */
const SHOWN = 5;

/** A fold for each failure; nothing while nothing has failed. */
export function Failures({ state }: { readonly state: State }): JSX.Element | null {
  const failing = state.targets.filter(({ results }) => results.some(isFailure));
  if (failing.length === 0) return null;
  return (
    <div class="failures">
      <h3>Failures</h3>
      {failing.map((target) => (
        <TargetFailures key={target.name} target={target} />
      ))}
    </div>
  );
}

function TargetFailures({ target: { name, results } }: { readonly target: TargetState }): JSX.Element {
  const failed = results.filter(isFailure);
  const more = failed.length - SHOWN;
  return (
    <>
      {failed.slice(0, SHOWN).map((result) => (
        <Failure key={result.id} name={name} result={result} />
      ))}
      {more > 0 && (
        <p class="small">
          … and {more} more of {name}: the full report has them all.
        </p>
      )}
    </>
  );
}

function Failure({ name, result }: { readonly name: string; readonly result: TestResult }): JSX.Element {
  const { id, status, form, dtype, clauses, comment, reason, worst = [] } = result;
  const about = [status.replace('-', ' '), form, dtype, clauses.join(' ')].filter(Boolean).join(', ');
  return (
    <details>
      <summary>
        <span class="fail">✗</span> <strong>{name}</strong> {id} <span class="quiet">{about}</span>
      </summary>
      {comment && <p>{comment}</p>}
      <p class="reason">{reason}</p>
      {worst.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section class="scroll" aria-label={`Worst elements of ${id}`} tabIndex={0}>
          <table class="small">
            <Heads words={['element', 'ratio', 'actual', 'expected', 'actual bits', 'expected bits']} />
            <tbody>
              {worst.map(({ output, index, ratio, actual, expected, actualBits, expectedBits }) => (
                <tr key={`${output} ${index}`}>
                  <th scope="row">{`${output}[${index}]`}</th>
                  <td>{Number.isFinite(ratio) ? ratio.toPrecision(3) : 'another kind'}</td>
                  <td>{String(actual)}</td>
                  <td>{String(expected)}</td>
                  <td>
                    <code>{actualBits}</code>
                  </td>
                  <td>
                    <code>{expectedBits}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
