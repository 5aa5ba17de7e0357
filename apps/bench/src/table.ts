// The report for people at a terminal.

import { layoutWords, shapeWords } from './cases.ts';
import { isOnGpu } from './paths.ts';
import { peerLines } from './peers.ts';
import { failuresOf, type Note, nameOf, type Report, type Row } from './report.ts';
import { taskLines } from './task-table.ts';
import { alignColumns, digits, wrap } from './text-table.ts';

/**
 * One table for each form and shape, then what was not measured, and a summary line.
 *
 * @param columns Width to fit, 80 at least.
 */
export function renderTable(report: Report, columns = 80): string {
  const blocks = [
    ...groupRows(report.rows).map(groupLines),
    ...(report.growth.length > 0 ? growthLines(report.growth) : []),
    ...(report.rows.length > 0 ? [legend] : []),
    ...peerLines(report.rows),
    ...taskLines(report.tasks),
    deviceLines(report, columns),
    noteLines(report.notes, columns),
    machineLines(report, columns),
    verdictLines(report, columns),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Rows of one form and shape together, in order. */
function groupRows(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.form} ${shapeWords(row)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function groupLines(rows: readonly Row[]): readonly string[] {
  const [first, ...others] = [...new Set(rows.map(layoutWords))];
  const heads = ['ns', '±%', '×copy', '×torch', 'MB', ...others.map((words) => short[words] ?? words)];
  const lines = rows
    .filter((row) => layoutWords(row) === first)
    .map((row) => {
      const rest = others.map((words) => {
        const other = rows.find((row2) => nameOf(row2) === nameOf(row) && layoutWords(row2) === words);
        return digits(other?.nsPerLogit);
      });
      const percent = String(Math.round(row.spread * 100));
      const mega = row.peakBytes === undefined ? '–' : (row.peakBytes / 1e6).toFixed(0);
      // What a GPU takes, let alone a software one, is no multiple of anything that the processor does.
      const [toCopy, toTorch] = isOnGpu(row) ? [] : [row.toCopy, row.toTorch];
      return [nameOf(row), digits(row.nsPerLogit), percent, digits(toCopy), digits(toTorch), mega, ...rest];
    });
  return alignColumns([[`${rows[0].form} ${shapeWords(rows[0])}`, ...heads], ...lines]);
}

/** Paths by classes, one table a form. */
function growthLines(rows: readonly Row[]): readonly (readonly string[])[] {
  return [...new Set(rows.map(({ form }) => form))].map((form) => {
    const own = rows.filter((row) => row.form === form);
    const classes = [...new Set(own.map((row) => row.classes))];
    const names = [...new Set(own.map(nameOf))];
    const lines = names.map((name) => [
      name,
      ...classes.map((of) => digits(own.find((row) => nameOf(row) === name && row.classes === of)?.nsPerLogit)),
    ]);
    return alignColumns([[`${form}, ns by classes`, ...classes.map(count)], ...lines]);
  });
}

function count(classes: number): string {
  if (classes >= 1e6) return `${classes / 1e6}M`;
  return classes >= 1e4 ? `${Math.round(classes / 1e3)}k` : String(classes);
}

/** Heads of columns, short enough for five layouts in 80 columns; the legend explains them. */
const short: Readonly<Record<string, string>> = { '1/4 side': 'side', 'all side': 'both', '1/4 drawn': 'drawn' };

const legend: readonly string[] = [
  'ns: nanoseconds per logit, loss and gradient, median of the rounds; a quarter of',
  'the rows foreground, tail classes scattered. ±%: interquartile range. ×copy: by',
  'a memory copy. ×torch: by plain BCE-with-logits or cross-entropy of PyTorch with',
  'as many threads. MB: growth of peak memory, data included. Further columns, in',
  'ns: all: all rows foreground; side: tail classes side by side; both: both of',
  'them; drawn: β per element.',
];

/** One line a device: who ran on it. */
function deviceLines({ environment, rows, growth, tasks }: Report, columns: number): readonly string[] {
  const measured = new Set([...[...rows, ...growth].map(nameOf), ...tasks.map(({ task }) => `task ${task}`)]);
  const users = new Map<string, string[]>();
  for (const [name, { device, software }] of Object.entries(environment.paths)) {
    if (device === undefined || !measured.has(name)) continue;
    const words = software === 'yes' ? `software that plays a GPU: ${device}` : device;
    users.set(words, [...(users.get(words) ?? []), name]);
  }
  if (users.size === 0) return [];
  const lines = [...users].map(([words, names]) => `${names.join(', ')} ran on ${words}`);
  // The only sentence about them that holds on every machine.
  return [...lines, 'Compare them on one backend only; their times are not the speed of a GPU.'].flatMap((line) =>
    wrap(line, columns),
  );
}

function noteLines(notes: readonly Note[], columns: number): readonly string[] {
  // One reason is said once, whoever has it.
  const told = new Map<string, string[]>();
  for (const note of notes) {
    const key = `${note.status}${note.where ? `, ${note.where}` : ''}: ${note.reason}`;
    told.set(key, [...(told.get(key) ?? []), nameOf(note)]);
  }
  return [...told].flatMap(([words, names]) => wrap(`– ${names.join(', ')} ${words}`, columns));
}

function machineLines({ environment }: Report, columns: number): readonly string[] {
  const { cpu, cores, node, v8, torch } = environment;
  return wrap(`${cpu}, ${cores} cores; Node ${node}, V8 ${v8}; torch ${torch}`, columns);
}

function verdictLines(report: Report, columns: number): readonly string[] {
  const failures = failuresOf(report);
  if (failures.length > 0) return ['✗ FAILED', ...failures.flatMap((failure) => wrap(`  ${failure}`, columns, '    '))];
  const rows = report.rows.length + report.growth.length;
  const { length } = report.tasks;
  const parts = [
    ...(rows > 0 ? [`${rows} measurements, each checked against core before it was timed`] : []),
    ...(length > 0 ? [`${length} measurements of tasks`] : []),
  ];
  return [`✓ ${parts.join('; ')}`];
}
