// Which package and backend to take here, why, and how to begin.

import type { JSX } from 'preact';
import readme from '../../../../README.md?raw';
import { CopyBox } from './copy-box.tsx';
import { type Choice, recommend } from './recommend.ts';
import { snippetOf } from './snippets.ts';
import { reportsOf, type State } from './state.ts';

/** The last section. Its heading can be jumped to. */
export function RecommendationSection({ state }: { readonly state: State }): JSX.Element {
  return (
    <section aria-labelledby="recommendation">
      <h2 id="recommendation" tabIndex={-1}>
        Recommendation
      </h2>
      {state.phase === 'idle' && state.run ? <Advice state={state} /> : <p>It stands here when a run is finished.</p>}
    </section>
  );
}

function Advice({ state }: { readonly state: State }): JSX.Element {
  const { measures, shape, run } = state;
  const reports = reportsOf(state);
  if (reports.length === 0) return <p>No adapter was run to the end, so there is nothing to recommend from.</p>;
  const { best, others, excluded } = recommend({
    reports,
    measures,
    shape,
    partial: run?.subset !== 'full',
  });
  return (
    <>
      {best ? (
        <ChoiceBox choice={best} partial={run?.subset !== 'full'} />
      ) : (
        <p>
          <strong>None.</strong> No adapter that can be recommended passed here; the reasons stand below.
        </p>
      )}
      {others.length > 0 && <h3>If you already use something</h3>}
      {others.map((other) => (
        <details key={other.stack}>
          <summary>
            {other.stack}: <strong>{'none' in other ? 'none here' : `${other.package}, ${other.backend}`}</strong>
          </summary>
          {'none' in other ? <p class="reason">{other.none}</p> : <ChoiceBody choice={other} />}
        </details>
      ))}
      {excluded.length > 0 && (
        <details>
          <summary>Not recommended, and why ({excluded.length})</summary>
          <ul>
            {excluded.map(({ target, reason }) => (
              <li key={target}>
                <strong>{target}</strong>: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function ChoiceBox({ choice, partial }: { readonly choice: Choice; readonly partial: boolean }): JSX.Element {
  return (
    <div class="choice">
      <p class="name">
        Take <strong>{choice.package}</strong> <span class="quiet">({choice.backend})</span>
      </p>
      <ChoiceBody choice={choice} />
      {partial && <p class="small">Run all tests before you rely on it.</p>}
    </div>
  );
}

function ChoiceBody({ choice: { target, why } }: { readonly choice: Choice }): JSX.Element {
  const { code, install, note } = snippetOf(target, readme);
  return (
    <>
      <p>{why.join(' ')}</p>
      <CopyBox label="the install line" text={install} />
      <CopyBox label="the code" text={code} />
      {note && <p class="small">{note}</p>}
    </>
  );
}
