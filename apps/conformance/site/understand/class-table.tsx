// Every number behind the plots: a table a page at a time, and as CSV.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { saveText } from '../save.ts';
import { writeCsv } from './csv.ts';
import { pressure } from './gradient.ts';
import type { JobResult } from './gradient-job.ts';
import { briefly, countWords, pressureWords } from './words.ts';

const PAGE = 50;

const heads = [
  ...['rank', 'class', 'count', 'frequency', 'side', 'up without EQL', 'up with EQL'],
  ...['down without EQL', 'down with EQL', 'down from background'],
] as const;

/** A closed part that opens to all numbers. */
export function ClassTable({ result }: { readonly result: JobResult }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState(0);
  const classes = result.inputs.ranked.order.length;
  const from = Math.min(page * PAGE, Math.floor((classes - 1) / PAGE) * PAGE);
  const to = Math.min(classes, from + PAGE);
  return (
    <details class="u-all" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>All {countWords(classes)} classes as a table</summary>
      {open && (
        <>
          <div class="row">
            <button type="button" disabled={from === 0} onClick={() => setPage(from / PAGE - 1)}>
              Previous
            </button>
            <button type="button" disabled={to === classes} onClick={() => setPage(from / PAGE + 1)}>
              Next
            </button>
            <span role="status">
              Ranks {countWords(from + 1)} to {countWords(to)} of {countWords(classes)}
            </span>
            <button type="button" onClick={() => download(result)}>
              Download as CSV
            </button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
          <section class="scroll" aria-label="All classes" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  {[...heads, 'down : up without', 'down : up with'].map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rowsOf(result, from, to).map(([rank, name, ...rest]) => (
                  <tr key={rank}>
                    <td>{countWords(Number(rank))}</td>
                    <th scope="row" class="u-class">
                      {name}
                    </th>
                    {rest.map((value, k) => (
                      <td key={k}>{cellWords(value)}</td>
                    ))}
                    {pressuresOf(result, Number(rank) - 1).map((words, k) => (
                      <td key={k}>{words}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </details>
  );
}

/** Counts in full, gradients in three digits; the CSV has all of them. */
function cellWords(value: string | number): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? countWords(value) : briefly(value);
}

function rowsOf({ inputs, plain, gated }: JobResult, from: number, to: number): (readonly (string | number)[])[] {
  const { names, counts, frequencies, order } = inputs.ranked;
  return Array.from(order.subarray(from, to), (j, k) => [
    ...[from + k + 1, names[j], counts[j], frequencies[j], inputs.cut.gate.tail[j] === 1 ? 'tail' : 'head'],
    ...[plain.positive[j], gated.positive[j], plain.negative[j], gated.negative[j], gated.fromBackground[j]],
  ]);
}

function pressuresOf({ inputs, plain, gated }: JobResult, rank: number): readonly string[] {
  const j = inputs.ranked.order[rank];
  return [plain, gated].map((sums) => pressureWords(pressure(sums, j)));
}

function download(result: JobResult): void {
  const text = writeCsv([heads, ...rowsOf(result, 0, result.inputs.ranked.order.length)]);
  saveText(text, 'eqloss-classes.csv', 'text/csv');
}
