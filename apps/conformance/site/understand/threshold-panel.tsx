// Step 2: λ, what it makes tail, and the lines of code for it.

import { thresholdForTailRatio } from '@eqloss/core';
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { CopyBox } from '../device/copy-box.tsx';
import { AdviceList } from './advice.tsx';
import { codeOf } from './code.ts';
import { leastHead, thresholdOfImages } from './gate-model.ts';
import { NumberField } from './number-field.tsx';
import { changeThreshold, type State } from './state.ts';
import { ThresholdPlot } from './threshold-plot.tsx';
import { countWords, percentWords, thresholdWords } from './words.ts';

/** The plot, the numbers and the controls of λ. */
export function ThresholdPanel({ state }: { readonly state: State }): JSX.Element {
  const { ranked, threshold, cut, advice, unit } = state;
  const { tailClasses, tailRatio, leastHead: images } = cut.value;
  const { total, counts } = ranked.value;
  return (
    <section aria-labelledby="u-threshold">
      <h2 id="u-threshold">2. Where the tail begins: λ</h2>
      <p>
        A class is <em>tail</em> when its frequency f is below λ, strictly: a class exactly at λ is <em>head</em>. The
        loss spares tail classes the push that they get from the rows of all other classes.
      </p>
      <div class="u-columns">
        <ThresholdPlot state={state} />
        <div class="u-side">
          <dl class="u-tiles">
            <div>
              <dt>Tail classes</dt>
              <dd>
                <strong>{countWords(tailClasses)}</strong> of {countWords(counts.length)}
              </dd>
            </div>
            <div>
              <dt>Tail ratio</dt>
              <dd>
                <strong>{percentWords(tailRatio)}</strong> of occurrences <RatioBar ratio={tailRatio} />
              </dd>
            </div>
          </dl>
          <AdviceList findings={advice.value.filter(({ code }) => code === 'D3')} />
          {advice.value.every(({ code }) => code !== 'D3') && (
            <p class="u-advice">
              <strong class="pass">✓</strong> Within the paper's advice, {percentWords(0.02)} to {percentWords(0.1)}.
            </p>
          )}
          <div class="u-fields">
            <NumberField
              label="λ as a frequency"
              value={threshold.value}
              size={20}
              change={(value) => changeThreshold(state, value)}
            />
            <NumberField
              label={`Fewest ${unit.value[1]} of a head class`}
              value={images}
              change={(value) => changeImages(state, value)}
              help={`Classes with fewer, of ${countWords(total)}, are tail.`}
            />
            <Suggest state={state} />
          </div>
        </div>
      </div>
      <h3>Use it</h3>
      <CopyBox label="the code" text={codeOf(state)} />
    </section>
  );
}

function changeImages(state: State, images: number): string | undefined {
  const { total } = state.ranked.value;
  if (!(Number.isSafeInteger(images) && images >= 0)) return 'Wanted a whole number >= 0.';
  // Any λ in between makes the same classes tail: what stands there need not change.
  if (leastHead(state.threshold.value, total) === images) return undefined;
  return changeThreshold(state, thresholdOfImages(images, total));
}

/** λ for a wanted tail ratio. */
function Suggest({ state }: { readonly state: State }): JSX.Element {
  const id = useId();
  const [text, setText] = useState('5');
  const [said, setSaid] = useState('');
  const suggest = (): void => {
    const percent = text.trim() === '' ? Number.NaN : Number(text);
    if (!(percent >= 0 && percent <= 100)) {
      setSaid('✗ Wanted a percentage from 0 to 100.');
      return;
    }
    const { counts, total } = state.ranked.value;
    const choice = thresholdForTailRatio(counts, total, percent / 100);
    state.threshold.value = choice.threshold;
    setSaid(
      `λ ${thresholdWords(choice.threshold)} gives ${percentWords(choice.tailRatio)}: the largest tail that does not exceed ${percent} %.`,
    );
  };
  return (
    <form
      class="u-field"
      onSubmit={(event) => {
        event.preventDefault();
        suggest();
      }}
    >
      <label for={id}>Wanted tail ratio in %</label>
      <span class="row">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          size={5}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Suggest λ</button>
      </span>
      <span class="u-help small" role="status">
        {said}
      </span>
    </form>
  );
}

/** The tail ratio on a bar from 0 to 20 %, with the advised part marked. For the eye: the number stands beside it. */
function RatioBar({ ratio }: { readonly ratio: number }): JSX.Element {
  return (
    <span class="u-ratio" aria-hidden="true">
      <span class="u-ratio-advised" />
      <span class="u-ratio-mark" style={{ left: `${Math.min(100, (100 * ratio) / 0.2)}%` }} />
    </span>
  );
}
