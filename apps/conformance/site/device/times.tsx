// Nanoseconds a logit, as they were measured.

import type { JSX } from 'preact';
import { isSoftware } from '../../../bench/src/paths/device.ts';
import { forms } from './measure.ts';
import { digits } from './recommend.ts';
import { isShape, type Measure, type State } from './state.ts';

/** A line for each target that was measured for the chosen shape. */
export function Times({ state }: { readonly state: State }): JSX.Element {
  const { shape, targets, measures } = state;
  const here = measures.filter((measure) => isShape(measure, shape));
  const measured = targets.filter(({ name }) => here.some(({ target }) => target === name));
  return (
    <>
      <p class="quiet small">
        Loss and gradient of {label(shape.rows)} rows of {label(shape.classes)} classes, in ns a logit: median of up to
        9 rounds after warming up, ± the interquartile range. From ordinary arrays to ordinary arrays, so a GPU's time
        includes both ways; what your data needs on the way may differ. Only what passed is timed, one adapter after the
        other. A software GPU is the processor that plays one: its times say nothing about a real GPU, and are of two
        rounds only.
      </p>
      {measured.length === 0 ? (
        <p>{state.phase === 'measuring' ? 'Measuring …' : 'Nothing has been measured for this shape.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section class="scroll" aria-label="Times by adapter and form" tabIndex={0}>
          <table class="times">
            <thead>
              <tr>
                <th scope="col">target</th>
                {forms.map((form) => (
                  <th scope="col" key={form}>
                    {form}, ns
                  </th>
                ))}
                <th scope="col">device</th>
              </tr>
            </thead>
            <tbody>
              {measured.map(({ name, availability }) => {
                const device = availability.kind === 'ready' ? availability.environment.device : undefined;
                return (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    {forms.map((form) => (
                      <td key={form}>
                        <Time measure={here.find(({ target, form: of }) => target === name && of === form)} />
                      </td>
                    ))}
                    <td>
                      {device === undefined || device === 'CPU' ? (
                        'processor'
                      ) : isSoftware(device) ? (
                        <span class="known">~ software GPU</span>
                      ) : (
                        device
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function Time({ measure }: { readonly measure: Measure | undefined }): JSX.Element {
  if (!measure) return <span class="quiet">…</span>;
  if ('failed' in measure) return <span class="fail why">✗ {measure.failed}</span>;
  return (
    <>
      <strong>{digits(measure.nsPerLogit)}</strong> <span class="quiet">± {Math.round(measure.spread * 100)} %</span>
    </>
  );
}

function label(value: number): string {
  return Number.isNaN(value) ? '?' : String(value);
}
