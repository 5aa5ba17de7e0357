// Targets and clauses, live: the matrix of every report, with a bar for what is not finished.

import { cellOf, describeCell, families, type TargetReport } from '@eqloss/conformance/protocol';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Heads } from '../heads.tsx';
import type { State, TargetState } from './state.ts';

/** The table; a line for every target of the last run, or of the next one before there was any. */
export function Matrix({ state }: { readonly state: State }): JSX.Element {
  const { targets, run } = state;
  const shown = run ? targets.filter(({ outcome }) => outcome !== 'none') : targets.filter(({ chosen }) => chosen);
  return (
    <>
      <p class="quiet small">
        ✓ all passed, ✓ with / passed of all, the rest not judged, ✗ failed of judged, ~ known failures of judged, – not
        judged. A test counts in every family that it is about.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll" aria-label="Adapters and clauses" tabIndex={0}>
        <table class="matrix">
          <Heads words={['target', 'all', ...families]} />
          <tbody>
            {shown.map((target) => (
              <MatrixRow key={target.name} target={target} tests={run?.tests ?? 0} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function MatrixRow({ target, tests }: { readonly target: TargetState; readonly tests: number }): JSX.Element {
  const { name, outcome, results } = target;
  const cells = useMemo(() => cellsOf(target), [target]);
  const running = outcome === 'running' || outcome === 'waiting';
  const label = outcome === 'running' ? ', running' : outcome === 'cancelled' ? ', cancelled' : '';
  return (
    <tr>
      <th scope="row">
        {name}
        {outcome === 'cancelled' && <span class="quiet"> (cancelled)</span>}
        <progress
          class={running ? undefined : 'over'}
          max={Math.max(1, tests)}
          value={Math.min(results.length, tests)}
          aria-label={`${name}${label}`}
          aria-hidden={running ? undefined : true}
        />
      </th>
      {cells}
    </tr>
  );
}

function cellsOf({ name, outcome, results, report }: TargetState): JSX.Element | readonly JSX.Element[] {
  const why = report?.unavailable ?? report?.harness;
  if (outcome === 'done' && why !== undefined) {
    const words = report?.unavailable === undefined ? `✗ ${why}` : `– not available here: ${why}`;
    return (
      <td class={report?.unavailable === undefined ? 'fail' : 'open'} colSpan={families.length + 1}>
        <span class="why">{words}</span>
      </td>
    );
  }
  const soFar: TargetReport = report ?? { target: name, runtime: 'browser', results };
  return [undefined, ...families].map((family) => {
    const { kind, text, words } = describeCell(cellOf(soFar, family));
    const empty = results.length === 0;
    return (
      <td class={kind} key={family ?? 'all'}>
        <span aria-hidden="true">{empty ? '·' : text}</span>
        <span class="spoken">{empty ? 'not run yet' : words}</span>
      </td>
    );
  });
}
