import { beforeAll, describe, expect, test } from 'vitest';
import { hostile, runEverything } from '../test/all-statuses.ts';
import { renderNdjson } from './ndjson.ts';
import { readReport } from './read-report.ts';
import type { RunRecord } from './record.ts';

let record: RunRecord;
let text: string;
let lines: readonly string[];

beforeAll(async () => {
  record = await runEverything();
  text = renderNdjson(record);
  lines = text.trimEnd().split('\n');
});

const messageOf = (changed: string) => {
  try {
    readReport(changed, 'a.ndjson');
  } catch (error) {
    return (error as Error).message;
  }
  return 'was read';
};
const withLine = (index: number, change: (line: string) => string) =>
  lines.map((line, at) => (at === index ? change(line) : line)).join('\n');
const numberOf = (id: string, target: string) =>
  lines.findIndex((line) => line.includes(`"target":"${target}"`) && line.includes(`"id":"${id}"`));

test('a report comes back as it was written', () => {
  const read = readReport(text, 'a.ndjson');
  expect(renderNdjson(read)).toBe(text);
  expect(read.date).toBe('2026-01-02T03:04:05.000Z');
  expect(read.host).toEqual({ runtime: expect.stringMatching(/^Node \d/), platform: expect.any(String) });
  expect(read.failures).toEqual(record.failures);
  expect(read.reports.map(({ target }) => target)).toEqual(record.reports.map(({ target }) => target));
  expect(read.reports.map(({ target }) => target)).toContain(hostile);
});

test('elements of another kind get their infinite ratio back', () => {
  const nan = readReport(text, 'a.ndjson').reports.find(({ target }) => target === 'nan');
  const result = nan?.results.find(({ id }) => id === 'sum-one-row');
  expect(result?.ratio).toBe(Number.POSITIVE_INFINITY);
  expect(result?.worst?.[0]).toMatchObject({ actual: Number.NaN, expected: -0.5, ratio: Number.POSITIVE_INFINITY });
});

test('a byte order mark, Windows line ends and properties of a later version are no trouble', () => {
  const later = withLine(0, (line) => line.replace('{', '{"later":1,'));
  expect(messageOf(`\uFEFF${later.replaceAll('\n', '\r\n')}\r\n\r\n`)).toBe('was read');
});

describe('what is no report is told by file, line and path', () => {
  test.each<[string, () => string, string]>([
    ['nothing', () => ' \n\n', 'a.ndjson: is empty'],
    ['the HTML report', () => '<!doctype html>\n<p>', 'a.ndjson: is HTML or XML; the report to read is the NDJSON one'],
    ['the JUnit report', () => '<?xml version="1.0"?>', 'a.ndjson: is HTML or XML'],
    ['prose', () => 'hello', 'a.ndjson, line 1: is no JSON: '],
    ['another JSON file', () => '{\n "rows": []\n}', 'a.ndjson, line 1: is no JSON: '],
    [
      'another JSON file of one line',
      () => '{"rows":[]}',
      'line 1: a report begins with its header, not with a line without a type',
    ],
    ['a list', () => '[1]', 'line 1: a report begins with its header, not with a line without a type'],
    ['null', () => 'null', 'line 1: a report begins with its header'],
    [
      'a report without its header',
      () => lines.slice(1).join('\n'),
      'line 1: a report begins with its header, not with a "result" line',
    ],
    ['one cut between lines', () => lines.slice(0, 5).join('\n'), 'line 5: ends without a footer: it was cut off'],
    [
      'one cut in a line',
      () => `${lines.slice(0, 3).join('\n')}\n${lines[3].slice(0, 30)}`,
      'line 4: is cut off, and the report with it: ',
    ],
    ['a broken line', () => withLine(2, (line) => line.slice(1)), 'line 3: is no JSON: '],
    ['two reports', () => text + text, 'a second header: there are two reports in this file'],
    ['more after the end', () => text + lines[1], 'there is more after the footer'],
    [
      'another type of line',
      () => withLine(1, () => '{"type":"sum"}'),
      'line 2: at /type: a "sum" line is none of header, result, footer',
    ],
    [
      'another status',
      () => withLine(1, (line) => line.replace('"pass"', '"passed"')),
      'line 2: at /status: must be equal to one of the allowed values (pass, fail,',
    ],
    [
      'a missing id',
      () => withLine(1, (line) => line.replace('"id"', '"name"')),
      "line 2: at /: must have required property 'id'",
    ],
    [
      'a failure without a reason',
      () => withLine(1, (line) => line.replace('"pass"', '"fail"')),
      "line 2: at /: must have required property 'reason'",
    ],
    [
      'a pass beyond tolerance',
      () => withLine(1, (line) => line.replace(/"ratio":[^,]+/, '"ratio":1.5')),
      'line 2: at /ratio: must be <= 1',
    ],
    [
      'a bad hash',
      () => withLine(0, (line) => line.replace('abab', 'ABAB')),
      'line 1: at /vectors/0/sha256: must match pattern',
    ],
    [
      'a target out of nowhere',
      () => withLine(1, (line) => line.replace('"core"', '"kore"')),
      'line 2: at /target: kore is not among the targets of the header',
    ],
    ['a second result', () => withLine(2, () => lines[1]), 'line 3: at /id: a second result of core for sum-one-row'],
    [
      'a lost line',
      () => lines.filter((_, index) => index !== 1).join('\n'),
      'a.ndjson: the footer counts 4 pass of core, but 3 are there',
    ],
  ])('%s', (_, change, message) => {
    expect(messageOf(change())).toContain(message);
  });
  test('a target listed twice', () => {
    const header = JSON.parse(lines[0]);
    const twice = JSON.stringify({ ...header, targets: [...header.targets, header.targets[1]] });
    expect(messageOf(withLine(0, () => twice))).toContain('line 1: at /targets/9: off (chromium) is listed twice');
  });
});

test('the fixture has every status', () => {
  const statuses = new Set(lines.slice(1, -1).map((line) => JSON.parse(line).status));
  expect([...statuses].sort()).toEqual(
    ['error', 'fail', 'known-failure', 'pass', 'skipped', 'unavailable', 'unexpected-pass', 'unsupported'].sort(),
  );
  expect(numberOf('sum-one-row', 'core')).toBe(1);
});
