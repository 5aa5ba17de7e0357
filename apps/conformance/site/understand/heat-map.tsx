// A small batch as a grid: how much of each entry's gradient is kept. Arrow keys walk through it.

import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { drawBatch, type Entry, entriesOf, entryWords } from './batch.ts';
import { shorten } from './cell.ts';
import { useWidth } from './plot.tsx';
import type { State } from './state.ts';
import { briefly, countWords, plural } from './words.ts';

const ROWS = 12;
const BACKGROUND_ROWS = 3;

/** Columns on a wide screen, and on a narrow one. */
const COLUMNS = [40, 20] as const;
const WIDE = 720;

/** Where the reader is. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** The grid, its legend, and the entry that is pointed at in words. */
export function HeatMap({ state }: { readonly state: State }): JSX.Element {
  const { ref, width } = useWidth();
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 });
  const [touched, setTouched] = useState(false);
  const ranked = state.ranked.value;
  const { gate } = state.cut.value;
  const form = state.form.value;
  const seed = state.seed.value;
  const background = form === 'sigmoid' && state.background.value > 0 ? BACKGROUND_ROWS : 0;
  const wanted = width >= WIDE ? COLUMNS[0] : COLUMNS[1];
  const batch = useMemo(
    () => drawBatch(ranked, { rows: ROWS, background, columns: wanted }, seed),
    [ranked, background, wanted, seed],
  );
  const entries = useMemo(
    () => entriesOf(batch, gate, form, state.beta.value, seed),
    [batch, gate, form, state.beta.value, seed],
  );
  const { columns, labels } = batch;
  const part = form === 'softmax' && state.beta.value.kind === 'fixed' ? 1 - state.beta.value.value : 0;
  const heads = columns.filter((j) => gate.tail[j] === 0).length;
  const at: Place = { row: Math.min(place.row, labels.length - 1), column: Math.min(place.column, columns.length - 1) };
  const nameOf = (label: number): string => (label === -1 ? 'background' : shorten(ranked.names[label]));
  const visit = (next: Place): void => {
    setTouched(true);
    setPlace(next);
  };
  return (
    <>
      <p>
        Each row is a sample, each column a class, the most frequent on the left. A cell is filled as far as its
        gradient is kept; ● is the label.
      </p>
      <div class="u-heat-box" ref={ref}>
        {width > 0 && (
          <Grid
            {...{ at, heads, entries, visit }}
            columnNames={columns.map(nameOf)}
            rowNames={labels.map(nameOf)}
            spread={width >= WIDE}
          />
        )}
      </div>
      <p class="u-readout" aria-live="polite">
        {touched
          ? describe(entries[at.row][at.column], form, {
              row: `Row ${at.row + 1}, ${labels[at.row] === -1 ? 'background' : `of ${nameOf(labels[at.row])}`}`,
              column: `class ${nameOf(columns[at.column])} (${plural(ranked.counts[columns[at.column]], ...state.unit.value)})`,
            })
          : summary(entries)}
      </p>
      <div class="row u-legend small">
        <Key weight={1} text="kept, w = 1" />
        {part > 0 && part < 1 ? (
          <Key weight={part} text={`kept in part, w = ${briefly(part)}`} />
        ) : (
          <Key weight={0} text="withheld, w = 0" />
        )}
        <span>
          <span class="u-key u-cell u-label" style={{ '--kept': '100%' }} aria-hidden="true">
            ●
          </span>{' '}
          the label
        </span>
        <button type="button" onClick={() => (state.seed.value = seed + 1)}>
          Draw another batch
        </button>
        <span class="quiet">
          Seed {countWords(seed)}. Labels are drawn by the counts; two of them evenly from all classes, so that rare
          ones are seen. Columns: the labels, and other classes at even distances of rank.
        </span>
      </div>
    </>
  );
}

/** The table itself. One cell has the focus: arrows, Home and End move it. */
function Grid(props: {
  readonly at: Place;
  readonly heads: number;
  readonly entries: readonly (readonly Entry[])[];
  readonly columnNames: readonly string[];
  readonly rowNames: readonly string[];
  readonly spread: boolean;
  readonly visit: (place: Place) => void;
}): JSX.Element {
  const { at, heads, entries, columnNames, rowNames, spread, visit } = props;
  const table = useRef<HTMLTableElement>(null);
  const tails = columnNames.length - heads;
  const press = (event: TargetedKeyboardEvent<HTMLTableElement>): void => {
    const next = moves[event.key]?.(at, columnNames.length - 1);
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const row = Math.min(rowNames.length - 1, Math.max(0, next.row));
    const column = Math.min(columnNames.length - 1, Math.max(0, next.column));
    visit({ row, column });
    table.current?.querySelectorAll<HTMLElement>('tbody tr')[row].querySelectorAll<HTMLElement>('td')[column].focus();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is what a table becomes when keys walk in it.
    <table ref={table} role="grid" aria-label="Share of the gradient that is kept" class="u-heat" onKeyDown={press}>
      <thead>
        <tr>
          <td aria-hidden="true" />
          {heads > 0 && (
            <th colSpan={heads} scope="colgroup" class="u-heads">
              head
            </th>
          )}
          {tails > 0 && (
            <th colSpan={tails} scope="colgroup" class="u-tails">
              tail
            </th>
          )}
        </tr>
        <tr class={spread ? 'u-names' : 'u-names u-names-hidden'}>
          <td aria-hidden="true" />
          {columnNames.map((name, k) => (
            <th key={k} scope="col" title={name}>
              <span>{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((row, i) => (
          <tr key={i}>
            <th scope="row" title={rowNames[i]}>
              {rowNames[i]}
            </th>
            {row.map((entry, k) => (
              <td
                key={k}
                class={classOf(entry, k === heads && heads > 0)}
                style={{ '--kept': `${100 * entry.weight}%` }}
                tabIndex={i === at.row && k === at.column ? 0 : -1}
                aria-label={short(entry)}
                onPointerEnter={() => visit({ row: i, column: k })}
                onPointerDown={() => visit({ row: i, column: k })}
                onFocus={() => visit({ row: i, column: k })}
              >
                {entry.label === 1 ? '●' : ''}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const moves: Readonly<Record<string, (at: Place, last: number) => Place>> = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, last) => ({ row, column: last }),
};

function classOf({ label, weight }: Entry, first: boolean): string {
  const kind = label === 1 ? 'u-cell u-label' : weight === 0 ? 'u-cell u-withheld' : 'u-cell';
  return first ? `${kind} u-first-tail` : kind;
}

function short({ label, weight }: Entry): string {
  if (label === 1) return 'label, kept';
  return weight === 1 ? 'kept' : weight === 0 ? 'withheld' : `kept in part, w = ${briefly(weight)}`;
}

function describe(
  entry: Entry,
  form: 'sigmoid' | 'softmax',
  where: { readonly row: string; readonly column: string },
): JSX.Element {
  const { foreground, tail, label, beta, weight } = entry;
  const letters =
    form === 'sigmoid'
      ? `E = ${foreground}, T = ${tail}, y = ${label}`
      : `β = ${briefly(beta)}, T = ${tail}, y = ${label}`;
  return (
    <>
      {where.row}; {where.column}: {letters}, so <strong>w = {briefly(weight)}</strong>. {entryWords(entry, form)}
    </>
  );
}

function summary(entries: readonly (readonly Entry[])[]): string {
  const all = entries.flat();
  const withheld = all.filter(({ weight }) => weight === 0).length;
  const partly = all.filter(({ weight }) => weight > 0 && weight < 1).length;
  const kept = partly > 0 ? `${countWords(partly)} are kept in part` : `${countWords(withheld)} are withheld`;
  return `Of ${countWords(all.length)} entries, ${kept}, all of them in columns of tail classes. Point at a cell, or walk with the arrow keys, to see why.`;
}

function Key({ weight, text }: { readonly weight: number; readonly text: string }): JSX.Element {
  return (
    <span>
      <span
        class={weight === 0 ? 'u-key u-cell u-withheld' : 'u-key u-cell'}
        style={{ '--kept': `${100 * weight}%` }}
        aria-hidden="true"
      />{' '}
      {text}
    </span>
  );
}
