// Text with separators: to rows that know their line, and back without formulas.

import Papa from 'papaparse';

/** A row that is not empty. */
export interface CsvRow {
  /** The line of the text where it begins, from 1. */
  readonly line: number;
  /** Trimmed. */
  readonly fields: readonly string[];
}

/** What {@link readCsv} found. */
export interface CsvText {
  readonly rows: readonly CsvRow[];
  /** The line of a quote that is never closed. */
  readonly openQuote?: number;
}

/**
 * Splits text at commas, semicolons or tabs, whichever the first line has outside quotes (tab before semicolon before comma).
 *
 * Fields may be quoted, with `""` for a quote. Empty lines are left out; any line ending will do.
 */
export function readCsv(text: string): CsvText {
  const input = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const rows: CsvRow[] = [];
  let openQuote: number | undefined;
  let line = 1;
  let start = 0;
  Papa.parse<string[]>(input, {
    delimiter: delimiterOf(input),
    newline: '\n',
    step: ({ data, errors, meta }) => {
      const fields = data.map((field) => field.trim());
      if (fields.some((field) => field !== '')) rows.push({ line, fields });
      if (errors.some(({ code }) => code === 'MissingQuotes')) openQuote ??= line;
      for (; start < meta.cursor; start++) if (input[start] === '\n') line++;
    },
  });
  return { rows, openQuote };
}

/** The separator of the first line that is not empty. */
function delimiterOf(input: string): string {
  const first = input.trimStart().split('\n', 1)[0];
  const bare = first.replace(/"(?:[^"]|"")*"/g, '');
  return ['\t', ';'].find((delimiter) => bare.includes(delimiter)) ?? ',';
}

// A spreadsheet takes such a cell for a formula, also behind spaces and in full width.
const FORMULA = /^[\s\0]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/** Rows as CSV. Texts that a spreadsheet would execute get an apostrophe in front; numbers stay as they are. */
export function writeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return `${Papa.unparse(
    rows.map((row) => [...row]),
    { escapeFormulae: FORMULA, newline: '\n' },
  )}\n`;
}
