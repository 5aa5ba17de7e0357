// Rows, their lines, and cells that a spreadsheet would execute.

import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from './csv.ts';

describe('reading', () => {
  test('rows know the line where they begin, also behind empty lines and quoted line breaks', () => {
    expect(readCsv('a,1\n\n"b\nb",2\n , \nc,3').rows).toEqual([
      { line: 1, fields: ['a', '1'] },
      { line: 3, fields: ['b\nb', '2'] },
      { line: 6, fields: ['c', '3'] },
    ]);
  });

  test.each([
    ['semicolons', 'a;1\nb;2'],
    ['tabs', 'a\t1\nb\t2'],
    ['Windows line ends', 'a,1\r\nb,2\r\n'],
    ['old Macintosh line ends', 'a,1\rb,2'],
    ['a byte order mark', '\uFEFFa,1\nb,2'],
    ['spaces', ' a , 1 \n b,2 '],
  ])('%s make the same rows', (_, text) => {
    expect(readCsv(text).rows.map(({ fields }) => fields)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('a separator in quotes is part of the name', () => {
    expect(readCsv('"a;b",1').rows[0].fields).toEqual(['a;b', '1']);
    expect(readCsv('"say ""a, b""";1').rows[0].fields).toEqual(['say "a, b"', '1']);
  });

  test('a quote that is never closed is named with its line', () => {
    expect(readCsv('a,1\nb,2\n"c,3\nd,4').openQuote).toBe(3);
  });
});

describe('writing', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '=1\n2', '\n=1', '|calc', '%0A', '＝1'])(
    '%j is made plain text',
    (name) => {
      expect(writeCsv([[name, 5]])).toBe(`"'${name}",5\n`);
    },
  );

  test('numbers and plain names stay as they are', () => {
    expect(
      writeCsv([
        ['a', -1.5],
        ['b "c", d', 1e-7],
      ]),
    ).toBe('a,-1.5\n"b ""c"", d",1e-7\n');
  });
});
