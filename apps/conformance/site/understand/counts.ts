// The counts that a visitor brings: from text to classes, or to what is wrong and where.

import { isHead, quote, readCount, shorten } from './cell.ts';
import { type CsvRow, readCsv } from './csv.ts';

/** Classes and how often each occurs. */
export interface ClassCounts {
  readonly names: readonly string[];
  /** n `[classes]`: whole numbers >= 0, not all of them 0. */
  readonly counts: Float64Array;
}

/** What is wrong with a text, and where. */
export interface CountProblem {
  /** From 1; 0 where the whole text is meant. */
  readonly line: number;
  /** From 1: the field of the line; of a plain list, the number in the line. 0 where the whole line is meant. */
  readonly column: number;
  readonly came: string;
  readonly wanted: string;
}

/** What {@link parseCounts} made of a text. */
export interface ParsedCounts {
  /** Missing when there is a problem. */
  readonly classes?: ClassCounts;
  /** What was left out or understood, to be shown. */
  readonly notes: readonly string[];
  /** Every problem, in the order of the text. */
  readonly problems: readonly CountProblem[];
}

/** As many classes as iNaturalist 2021 has; every plot and table still works with them. */
export const MOST_CLASSES = 10_000;

/** Of a text or file, in characters or bytes. */
export const MOST_CHARACTERS = 2_000_000;

/**
 * Reads `name,count` lines (commas, semicolons or tabs; quoted names; with or without a header), one count a line, or a plain
 * list of numbers such as `[64, 364, 1911]`.
 *
 * Counts are whole numbers >= 0 below 2^53; names are not empty and occur once; at most {@link MOST_CLASSES}.
 */
export function parseCounts(text: string): ParsedCounts {
  const whole = problemOfWhole(text);
  if (whole !== undefined) return { notes: [], problems: [whole] };
  const list = listOf(text);
  if (list !== undefined) return finish(list.map((cell) => ({ ...cell, name: undefined })));
  const { rows, openQuote } = readCsv(text);
  if (openQuote !== undefined) {
    const wanted = 'a closing quote; a quote inside a quoted name is written twice';
    return { notes: [], problems: [{ line: openQuote, column: 0, came: 'a quote that is never closed', wanted }] };
  }
  if (rows.length === 0) return { notes: [], problems: [NOTHING] };
  const named = rows.some(({ fields }) => filled(fields).length > 1);
  const header = isHeader(rows[0].fields, named);
  const notes = header ? [`Line ${rows[0].line} was taken as a header: ${rows[0].fields.join(', ')}.`] : [];
  const entries: Entry[] = [];
  const problems: CountProblem[] = [];
  for (const row of header ? rows.slice(1) : rows) {
    const problem = named ? problemOfRow(row) : undefined;
    if (problem !== undefined) problems.push(problem);
    else if (named) entries.push({ line: row.line, column: 2, text: row.fields[1], name: row.fields[0] });
    else entries.push({ line: row.line, column: 1, text: row.fields[0], name: undefined });
  }
  return finish(entries, notes, problems);
}

/** Says why this cannot be the number of all images: at least the largest count, and whole. Undefined when it can. */
export function problemOfTotal(total: number, { names, counts }: ClassCounts): string | undefined {
  if (!(Number.isSafeInteger(total) && total > 0)) return 'The total must be a whole number above 0.';
  const most = largest(counts);
  if (total >= counts[most]) return undefined;
  return `The total ${total} is smaller than the largest count: ${counts[most]} of ${shorten(names[most])}. Each of those is in an image of its own, so wanted is at least ${counts[most]}.`;
}

/** What each problem says: where, what came, what was wanted. */
export function problemWords({ line, column, came, wanted }: CountProblem): string {
  const place = line === 0 ? '' : column === 0 ? `Line ${line}: ` : `Line ${line}, column ${column}: `;
  return `${place}came ${came}; wanted ${wanted}.`.replace(/^./, (first) => first.toUpperCase());
}

/** The place of the largest value; the first of several. */
function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let j = 1; j < values.length; j++) if (values[j] > values[best]) best = j;
  return best;
}

/** A cell that should hold a count. */
interface Cell {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

interface Entry extends Cell {
  readonly name: string | undefined;
}

const NOTHING: CountProblem = { line: 0, column: 0, came: 'no counts', wanted: 'one line a class: name,count' };

function problemOfWhole(text: string): CountProblem | undefined {
  const at = { line: 0, column: 0 };
  if (text.length > MOST_CHARACTERS) {
    return { ...at, came: `${text.length} characters`, wanted: `at most ${MOST_CHARACTERS}` };
  }
  if (/[\0\uFFFD]/.test(text)) return { ...at, came: 'bytes that are no text', wanted: 'a text file in UTF-8' };
  return text.trim() === '' ? NOTHING : undefined;
}

const SEPARATORS = /[^\s,;]+/g;

/** The cells of a list in brackets, or of a single line of numbers; undefined for anything else. */
function listOf(text: string): Cell[] | undefined {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  const bracketed = /^\[[^[\]]*\]$/.test(trimmed);
  const inner = bracketed ? text.replace(/[[\]]/g, ' ') : text;
  if (!bracketed && trimmed.includes('\n')) return undefined;
  const cells = inner
    .split(/\r\n?|\n/)
    .flatMap((line, at) =>
      [...line.matchAll(SEPARATORS)].map(([cell], n) => ({ line: at + 1, column: n + 1, text: cell })),
    );
  const looksLikeNumbers = cells.length > 1 && cells.every((cell) => /^[-+.]?\d/.test(cell.text));
  return bracketed ? cells : looksLikeNumbers ? cells : undefined;
}

/** Without empty fields at the end, which spreadsheets like to write. */
function filled(fields: readonly string[]): readonly string[] {
  let end = fields.length;
  while (end > 0 && fields[end - 1] === '') end--;
  return fields.slice(0, end);
}

/** Words above names and counts. */
function isHeader(fields: readonly string[], named: boolean): boolean {
  return fields.slice(0, named ? 2 : 1).every(isHead);
}

function problemOfRow({ line, fields }: CsvRow): CountProblem | undefined {
  const columns = filled(fields).length;
  if (columns > 2)
    return {
      line,
      column: 3,
      came: `${columns} columns`,
      wanted: 'two: name,count; a name with a separator in it needs quotes',
    };
  if (fields.length < 2) return { line, column: 2, came: 'one column', wanted: 'two: name,count' };
  if (fields[0] === '') return { line, column: 1, came: 'an empty name', wanted: 'the name of the class' };
  return undefined;
}

/** Judges the counts and the names. */
function finish(
  entries: readonly Entry[],
  notes: readonly string[] = [],
  before: readonly CountProblem[] = [],
): ParsedCounts {
  const problems = [...before];
  const lines = new Map<string, number>();
  const counts = new Float64Array(entries.length);
  for (const [j, { line, column, text, name }] of entries.entries()) {
    const first = name === undefined ? undefined : lines.get(name);
    if (name !== undefined && first === undefined) lines.set(name, line);
    if (first !== undefined) {
      problems.push({
        line,
        column: 1,
        came: `${quote(name ?? '')} again`,
        wanted: `each name once; line ${first} has it, too`,
      });
    }
    const count = readCount(text);
    if (typeof count === 'number') counts[j] = count;
    else problems.push({ line, column, ...count });
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.length === 0) problems.push(...problemsOfAll(entries, counts));
  if (problems.length > 0) return { notes, problems };
  const names = entries.map(({ name }, j) => name ?? `class ${j + 1}`);
  return { classes: { names, counts }, notes, problems };
}

function problemsOfAll(entries: readonly Entry[], counts: Float64Array): CountProblem[] {
  if (entries.length === 0) return [NOTHING];
  if (entries.length > MOST_CLASSES) {
    const { line } = entries[MOST_CLASSES];
    return [
      { line, column: 0, came: `class ${MOST_CLASSES + 1} of ${entries.length}`, wanted: `at most ${MOST_CLASSES}` },
    ];
  }
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum === 0) return [{ line: 0, column: 0, came: 'counts that are all 0', wanted: 'at least one above 0' }];
  if (sum > Number.MAX_SAFE_INTEGER) {
    return [{ line: 0, column: 0, came: `counts that sum to ${sum}`, wanted: 'a sum below 2^53' }];
  }
  return [];
}
