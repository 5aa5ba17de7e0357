// Text for terminals: broken into lines, cut, and without what would steer the terminal.

import { stripVTControlCharacters } from 'node:util';
import { unseen } from './escape.ts';

/** Breaks text at spaces into lines of at most `columns`, where words allow it; existing line breaks stay. */
export function wrap(text: string, columns: number, indent: string, hanging: string = indent): string[] {
  const lines: string[] = [];
  for (const paragraph of printable(text).split('\n')) {
    let line = lines.length === 0 ? indent : hanging;
    for (const word of paragraph.split(' ')) {
      const start = line.trim() === '';
      if (!start && line.length + 1 + word.length > columns) {
        lines.push(line);
        line = hanging + word;
      } else line += start ? word : ` ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Reasons and names come from targets: their control characters must not steer the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(unseen, '\u{fffd}').replaceAll('\t', ' ');
}
