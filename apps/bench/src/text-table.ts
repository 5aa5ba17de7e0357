// Tables for terminals.

/**
 * Lines of columns, two spaces apart: the first to the left, the others to the right.
 *
 * @param rows Cells of each line, the heads first.
 */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => [...(cells[column] ?? '')].length)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

/** Text in lines of some width: the first as far to the right as the text is, the others indented. */
export function wrap(text: string, columns: number, indent = '  '): readonly string[] {
  const lines: string[] = [];
  const [first, ...words] = text.trimStart().split(' ');
  let line = text.slice(0, text.length - text.trimStart().length) + first;
  for (const word of words) {
    if (line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + word;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Three digits: `0.083`, `4.67`, `19.4`, `640`. */
export function digits(value: number | undefined): string {
  if (value === undefined) return '–';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 0.995 ? 2 : 3);
}
