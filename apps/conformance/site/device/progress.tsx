// How far the work is: bars with text. What screen readers are told is the view's status line, which changes less often.

import type { JSX } from 'preact';
import { progressOf, type State } from './state.ts';

/** Always as high, so that nothing moves when a run begins. */
export function Progress({ state }: { readonly state: State }): JSX.Element {
  const { phase, run, measuring } = state;
  const progress = progressOf(state) ?? { done: 0, total: 1 };
  const { done, total } = phase === 'measuring' && measuring ? measuring : progress;
  return (
    <div class="progress">
      <progress max={Math.max(1, total)} value={run ? done : 0} aria-label="The whole run" />
      <p class="small">
        {words(state, progress)}
        {phase === 'idle' && run && (
          <>
            {' '}
            <button type="button" class="link" onClick={toRecommendation}>
              To the recommendation
            </button>
          </>
        )}
      </p>
    </div>
  );
}

/** No link: the address's hash names the view. */
function toRecommendation(): void {
  const heading = document.getElementById('recommendation');
  heading?.scrollIntoView();
  heading?.focus({ preventScroll: true });
}

function words(state: State, { done, total }: { readonly done: number; readonly total: number }): string {
  const { phase, run, targets, measuring } = state;
  if (!run) return 'Nothing has run yet.';
  if (phase === 'measuring' && measuring) {
    return `Measuring ${measuring.target}: ${measuring.done} of ${measuring.total} times taken.`;
  }
  const wanted = targets.filter(({ outcome }) => outcome !== 'none');
  const ready = wanted.filter(({ outcome }) => outcome === 'done').length;
  if (phase === 'idle') {
    const cancelled = ready < wanted.length ? `Cancelled: ${ready} of` : 'Finished:';
    return `${cancelled} ${wanted.length} adapters, ${done} of ${total} tests.`;
  }
  const current = wanted.find(({ outcome }) => outcome === 'running');
  const now = current ? `${current.name}: ${Math.min(current.results.length, run.tests)} of ${run.tests} tests. ` : '';
  return `${now}${ready} of ${wanted.length} adapters done, ${total - done} tests to go.`;
}
