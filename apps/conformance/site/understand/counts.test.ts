// What a visitor may bring, and what is said about the rest.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_CHARACTERS, MOST_CLASSES, parseCounts, problemOfTotal, problemWords } from './counts.ts';

/** Names and counts, or a failure that shows the problems. */
function read(text: string): (readonly [string, number])[] {
  const { classes, problems } = parseCounts(text);
  expect(problems).toEqual([]);
  return classes?.names.map((name, j) => [name, classes.counts[j]] as const) ?? [];
}

function complaints(text: string): string[] {
  const { classes, problems } = parseCounts(text);
  expect(classes).toBeUndefined();
  return problems.map(problemWords);
}

describe('what is read', () => {
  const expected = [
    ['cat', 12],
    ['dog', 0],
  ];

  test.each([
    ['commas', 'cat,12\ndog,0'],
    ['a header', 'name,count\ncat,12\ndog,0'],
    ['semicolons and a header', 'class;images\ncat;12\ndog;0\n'],
    ['tabs', 'cat\t12\ndog\t0'],
    ['quotes', '"cat","12"\n"dog","0"'],
    ['empty fields at the end', 'cat,12,,\ndog,0,'],
    ['counts as floats', 'cat,12.0\ndog,0e0'],
    ['a plus and a negative zero', 'cat,+12\ndog,-0'],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['one a line', '5\n4\n3'],
    ['one a line under a header', 'count\n5\n4\n3'],
    ['a line of commas', '5, 4, 3'],
    ['a line of spaces', ' 5 4  3\n'],
    ['a list', '[5, 4, 3]'],
    ['a list over lines', '[5,\n 4,\n 3\n]\n'],
  ])('numbers alone: %s', (_, text) => {
    expect(read(text)).toEqual([
      ['class 1', 5],
      ['class 2', 4],
      ['class 3', 3],
    ]);
  });

  test('numbers may be names', () => {
    expect(read('1,64\n2,364')).toEqual([
      ['1', 64],
      ['2', 364],
    ]);
  });

  test('a header is said to be one', () => {
    expect(parseCounts('\nname,count\ncat,1').notes).toEqual(['Line 2 was taken as a header: name, count.']);
    expect(parseCounts('cat,1\ndog,2').notes).toEqual([]);
  });

  test('names that look like code are names', () => {
    const names = ['<img src=x onerror=alert(1)>', '=HYPERLINK("http://a")', '__proto__', 'constructor', '{{7*7}}'];
    const text = names.map((name) => `"${name.replaceAll('"', '""')}",3`).join('\n');
    expect(read(text).map(([name]) => name)).toEqual(names);
  });

  test('any names and counts come back as they were written (property)', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((text) => text.trim().replace(/[\0\uFFFD\r]/g, ''))
      .filter((text) => text !== '');
    const entries = fc.uniqueArray(fc.tuple(name, fc.nat({ max: 1e9 })), { minLength: 1, selector: ([text]) => text });
    fc.assert(
      fc.property(entries, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (list, delimiter, end) => {
        const lines = list.map(([text, count]) => `"${text.replaceAll('"', '""')}"${delimiter}${count + 1}`);
        const expected = list.map(([text, count]) => [text, count + 1]);
        expect(read([`name${delimiter}count`, ...lines].join(end))).toEqual(expected);
      }),
    );
  });

  test('no text makes it throw, and it either reads or says why (property)', () => {
    const piece = fc.constantFrom('a', '1', ',', ';', '\t', '\n', '"', '-', '.', 'e', '[', ']', ' ', 'NaN', '\r');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { classes, problems } = parseCounts(pieces.join(''));
        expect(classes === undefined).toBe(problems.length > 0);
        if (classes) expect(classes.counts.every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['cat,5\ndog,-3', 'Line 2, column 2: came "-3", which is negative; wanted a whole number >= 0.'],
    ['cat,5\ndog,0.25', 'Line 2, column 2: came "0.25", which is no whole number; wanted a count, not a share.'],
    ['cat,5\ndog,NaN', 'Line 2, column 2: came "NaN", which is no number; wanted a whole number >= 0.'],
    ['cat,5\ndog,-inf', 'Line 2, column 2: came "-inf", which is no number; wanted a whole number >= 0.'],
    ['cat,5\ndog,', 'Line 2, column 2: came an empty count; wanted a whole number >= 0.'],
    ['cat,5\ndog', 'Line 2, column 2: came one column; wanted two: name,count.'],
    ['cat,5\n,3', 'Line 2, column 1: came an empty name; wanted the name of the class.'],
    ['cat,5\ndog,many', 'Line 2, column 2: came "many"; wanted a whole number >= 0.'],
    ['cat;5\ndog;1,204', 'Line 2, column 2: came "1,204"; wanted a whole number without separators of thousands.'],
    ['cat,5\ndog,1e300', 'Line 2, column 2: came "1e300"; wanted a whole number below 2^53.'],
    ['cat,5\n\ncat,6', 'Line 3, column 1: came "cat" again; wanted each name once; line 1 has it, too.'],
    [
      'cat,5\ndog,1,204',
      'Line 2, column 3: came 3 columns; wanted two: name,count; a name with a separator in it needs quotes.',
    ],
    [
      'cat,5\n"dog,3',
      'Line 2: came a quote that is never closed; wanted a closing quote; a quote inside a quoted name is written twice.',
    ],
    ['cat,5\n\u202Egod,x\u2067', 'Line 2, column 2: came "x\uFFFD"; wanted a whole number >= 0.'],
    ['5,cat', 'Line 1, column 2: came "cat"; wanted a whole number >= 0.'],
    ['[5,\n4, x]', 'Line 2, column 2: came "x"; wanted a whole number >= 0.'],
    ['5 4 -3', 'Line 1, column 3: came "-3", which is negative; wanted a whole number >= 0.'],
    ['', 'Came no counts; wanted one line a class: name,count.'],
    [',,\n ,', 'Came no counts; wanted one line a class: name,count.'],
    ['name,count', 'Came no counts; wanted one line a class: name,count.'],
    ['a,0\nb,0', 'Came counts that are all 0; wanted at least one above 0.'],
    ['PK\0\u0003', 'Came bytes that are no text; wanted a text file in UTF-8.'],
  ])('%j', (text, words) => {
    expect(complaints(text)).toEqual([words]);
  });

  test('every problem is named, in the order of the text', () => {
    expect(complaints('a,-1\nb,x\na,2').map((words) => words.slice(0, 16))).toEqual([
      'Line 1, column 2',
      'Line 2, column 2',
      'Line 3, column 1',
    ]);
  });

  test('more classes than the limit, and more text', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, j) => `c${j},1`).join('\n');
    expect(read(lines(MOST_CLASSES))).toHaveLength(MOST_CLASSES);
    expect(complaints(lines(MOST_CLASSES + 1))).toEqual([
      'Line 10001: came class 10001 of 10001; wanted at most 10000.',
    ]);
    expect(complaints('1'.repeat(MOST_CHARACTERS + 1))).toEqual(['Came 2000001 characters; wanted at most 2000000.']);
  });

  test('a sum that doubles cannot hold', () => {
    expect(complaints(`a,${2 ** 53 - 1}\nb,1`)).toEqual([
      'Came counts that sum to 9007199254740992; wanted a sum below 2^53.',
    ]);
  });
});

test('the total is at least the largest count: an image holds a class once', () => {
  const classes = { names: ['cat', 'dog'], counts: Float64Array.of(5, 7) };
  expect(problemOfTotal(7, classes)).toBeUndefined();
  expect(problemOfTotal(6, classes)).toMatch(/6 is smaller than the largest count: 7 of dog/);
  for (const total of [0, -1, 7.5, Number.NaN, Infinity, 2 ** 53]) {
    expect(problemOfTotal(total, classes)).toMatch(/whole number above 0/);
  }
});
