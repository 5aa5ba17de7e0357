// Step 1: which counts.

import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { MOST_CHARACTERS, MOST_CLASSES, problemWords } from './counts.ts';
import { NumberField } from './number-field.tsx';
import { type PresetName, presets } from './presets.ts';
import { changeTotal, choose, readText, type Source, type State } from './state.ts';
import { countWords, plural } from './words.ts';

const sources: readonly Source[] = [...(Object.keys(presets) as PresetName[]), 'own'];

/** So many problems are shown; the number of all is said. */
const SHOWN_PROBLEMS = 8;

/** Presets, the visitor's own text or file, and the total. */
export function CountsPanel({ state }: { readonly state: State }): JSX.Element {
  const { source, ranked, shown } = state;
  return (
    <section aria-labelledby="u-counts">
      <h2 id="u-counts">1. How often each class occurs</h2>
      <fieldset class="u-choices">
        <legend>Counts</legend>
        <div class="row">
          {sources.map((name) => (
            <label key={name} class="u-choice">
              <input
                type="radio"
                name="u-source"
                checked={source.value === name}
                onChange={() => choose(state, name)}
              />
              {titleOf(name)}
            </label>
          ))}
        </div>
      </fieldset>
      {source.value === 'own' ? <OwnCounts state={state} /> : <About name={source.value} />}
      <div class="u-facts row">
        <NumberField
          label="All images or samples"
          value={ranked.value.total}
          help="The sum of the counts, unless an image holds several classes, as in detection: then the number of images."
          change={(total) => changeTotal(state, total)}
        />
        <p>
          <strong>{titleOf(shown.value)}</strong>: {plural(ranked.value.counts.length, 'class', 'classes')},{' '}
          {countWords(ranked.value.counts.reduce((sum, count) => sum + count, 0))} occurrences; the most frequent occurs{' '}
          {countWords(countAt(state, 0))} times, the rarest {countWords(countAt(state, -1))}.
        </p>
      </div>
    </section>
  );
}

function titleOf(source: Source): string {
  return source === 'own' ? 'Your own' : presets[source].title;
}

function countAt({ ranked }: State, place: number): number {
  return ranked.value.counts[ranked.value.order.at(place) ?? 0];
}

function About({ name }: { readonly name: PresetName }): JSX.Element {
  const { about, source, licence } = presets[name];
  return (
    <>
      <p>{about}</p>
      <p class="quiet small">
        Source: {source}.{licence && ` Licence: ${licence}.`}
      </p>
    </>
  );
}

function OwnCounts({ state }: { readonly state: State }): JSX.Element {
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => readText(state, text), 300);
  };
  return (
    <div class="u-own">
      <label for={id}>
        <strong>Paste or type</strong> one line a class: <code>name,count</code>. Semicolons and tabs will do, and so
        will numbers alone.
      </label>
      <textarea
        id={id}
        rows={7}
        spellcheck={false}
        autocomplete="off"
        placeholder={'cat,1200\ndog,85\n"owl, barn",3'}
        value={state.text.value}
        aria-describedby={`${id}-limits ${id}-result`}
        aria-invalid={(state.parsed.value?.problems.length ?? 0) > 0}
        onInput={(event) => later(event.currentTarget.value)}
      />
      <label class="u-file">
        Or open a file{' '}
        <input
          ref={file}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
          onChange={(event) => void openFile(state, event.currentTarget)}
        />
      </label>
      <p id={`${id}-limits`} class="quiet small">
        Your counts stay on this device, and not in the address either. At most {countWords(MOST_CLASSES)} classes.
      </p>
      <div id={`${id}-result`} aria-live="polite">
        <Result state={state} />
      </div>
    </div>
  );
}

function Result({ state }: { readonly state: State }): JSX.Element {
  const parsed = state.parsed.value;
  const kept = state.shown.value !== 'own';
  if (parsed === undefined) return <p>{kept && `Until then, everything below shows ${titleOf(state.shown.value)}.`}</p>;
  const { classes, notes, problems } = parsed;
  if (classes !== undefined) {
    return (
      <p>
        <strong class="pass">✓ Read {plural(classes.counts.length, 'class', 'classes')}.</strong> {notes.join(' ')}
      </p>
    );
  }
  return (
    <div class="u-problems">
      <p>
        <strong class="fail">✗ {plural(problems.length, 'problem', 'problems')}.</strong> Everything below still shows{' '}
        {kept ? titleOf(state.shown.value) : 'the last counts that could be read'}.
      </p>
      <ul>
        {problems.slice(0, SHOWN_PROBLEMS).map((problem, k) => (
          <li key={k}>{problemWords(problem)}</li>
        ))}
      </ul>
      {problems.length > SHOWN_PROBLEMS && <p>And {countWords(problems.length - SHOWN_PROBLEMS)} more.</p>}
    </div>
  );
}

async function openFile(state: State, input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  if (file === undefined) return;
  // A text of this many characters is refused with a reason, and the rest of a huge file never read.
  readText(state, await file.slice(0, MOST_CHARACTERS + 1).text(), { fresh: true });
  input.value = ''; // so that the same file, mended, can be opened again
}
