import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runEverything } from '../test/all-statuses.ts';
import { answer, fakeTarget, spoil, suite, supports } from '../test/fakes.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { loadVectors } from './load.ts';
import { cellOf, describeCell, familyOf } from './matrix.ts';
import { renderNdjson } from './ndjson.ts';
import { brokenReport, unavailableReport } from './open.ts';
import { type RunRecord, recordRun } from './record.ts';
import { failuresOf, type TargetReport } from './results.ts';
import { runSuite } from './run.ts';
import { symptomsOf } from './symptoms.ts';
import { renderTerminal } from './terminal.ts';
import { writeWhole } from './whole.ts';

const hostile = '<script>alert("1")</script> & \u0007';
const shift = (by: number) =>
  spoil((outputs) => ({ ...outputs, gradient: Float64Array.from(outputs.gradient ?? [], (value) => value + by) }));
const known = { reason: 'log(0) is -88', link: 'https://example.org/1', clause: 'N2' };

let folder: string;
let hash: string;
let record: RunRecord;
let clean: RunRecord;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-'));
  const path = join(folder, 'sigmoid.json');
  writeFileSync(path, JSON.stringify(suite[0].file));
  const files = await loadVectors(path);
  hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  // A file that is gone before the reports are written costs nothing.
  rmSync(path);
  const reports: TargetReport[] = [
    await runSuite(fakeTarget(answer, { name: 'core' }), files),
    await runSuite(fakeTarget(shift(3e-12), { name: 'tfjs-webgl' }), files, { runtime: 'chromium' }),
    await runSuite(fakeTarget(shift(Number.NaN), { name: 'nan' }), files),
    await runSuite(fakeTarget(shift(1), { name: 'known' }), files, {
      knownFailures: [{ ...known, target: 'known', id: '*' }],
    }),
    await runSuite(
      fakeTarget(() => ({ skipped: { reason: hostile } }), { name: 'lazy' }),
      files,
    ),
    await runSuite(
      fakeTarget(answer, { name: 'narrow', supports: { ...supports, features: ['index-labels'] } }),
      files,
    ),
    unavailableReport('ort-webgpu', `no adapter ${hostile}`, files),
    brokenReport('gone', 'no such module', files),
  ];
  const date = new Date('2026-01-02T03:04:05Z');
  record = recordRun(reports, files, date);
  clean = recordRun(reports.slice(0, 1), files, date);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('NDJSON', () => {
  test('every line fits its schema; header first, footer last, one result a test', () => {
    const schema = JSON.parse(readFileSync(new URL('../schema/report.schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv2020({ strict: true, strictRequired: true }).compile(schema);
    const lines = renderNdjson(record)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expect(validate(line), JSON.stringify([line, validate.errors])).toBe(true);
    expect(lines[0]).toMatchObject({ type: 'header', spec: '1.0', date: '2026-01-02T03:04:05.000Z' });
    expect(lines[0].vectors).toEqual([{ file: 'sigmoid.json', sha256: hash, tests: 4 }]);
    expect(lines.slice(1, -1).every(({ type }) => type === 'result')).toBe(true);
    expect(lines).toHaveLength(2 + 7 * 4 + 1);
    expect(lines.at(-1)).toMatchObject({ type: 'footer', passed: false });
    expect(lines.at(-1).counts).toEqual({
      core: { pass: 4 },
      'tfjs-webgl': { fail: 3, pass: 1 },
      nan: { fail: 3, pass: 1 },
      known: { 'known-failure': 3, 'unexpected-pass': 1 },
      lazy: { skipped: 4 },
      narrow: { pass: 3, unsupported: 1 },
      'ort-webgpu': { unavailable: 4 },
      gone: { error: 1 },
    });
    expect(lines).toContainEqual(
      expect.objectContaining({
        target: 'tfjs-webgl',
        runtime: 'chromium',
        id: 'sum-one-row',
        form: 'sigmoid',
        status: 'fail',
      }),
    );
  });
  test('of every kind of status, nothing is written that the schema does not name', async () => {
    const schema = JSON.parse(readFileSync(new URL('../schema/report.schema.json', import.meta.url), 'utf8'));
    // Readers pass over what they do not know; here it would be a slip of the pen.
    const close = (at: unknown): void => {
      if (typeof at !== 'object' || at === null) return;
      if ('properties' in at && 'required' in at && 'type' in at) Object.assign(at, { unevaluatedProperties: false });
      for (const part of Object.values(at)) close(part);
    };
    close(schema);
    const validate = new Ajv2020({ strict: true, strictRequired: true }).compile(schema);
    const lines = renderNdjson(await runEverything())
      .trimEnd()
      .split('\n');
    for (const line of lines)
      expect(validate(JSON.parse(line)), `${line} ${JSON.stringify(validate.errors)}`).toBe(true);
    expect(validate({ ...JSON.parse(lines[1]), later: 1 })).toBe(false);
    const [header, result] = lines.map((line) => JSON.parse(line));
    expect(result.milliseconds).toBeGreaterThanOrEqual(0);
    expect(header.targets[0].errorByLogit).toEqual([
      { kind: 'finite', elements: 10, beyond: 0, mismatched: 0, ratio: expect.any(Number) },
    ]);
    expect(header.host.runtime).toMatch(/^Node /);
  });
  test('a NaN has no ratio but is told', () => {
    const lines = renderNdjson(record)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const line = lines.find(({ target, id }) => target === 'nan' && id === 'sum-one-row');
    expect(line).not.toHaveProperty('ratio');
    expect(line.worst[0]).toMatchObject({ actual: 'NaN', actualBits: '7ff8000000000000' });
  });
  test('a clean run says so', () => {
    expect(JSON.parse(renderNdjson(clean).trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      passed: true,
      failures: [],
    });
  });
});

describe('terminal', () => {
  const lineOf = (output: string, start: string) => output.split('\n').find((line) => line.startsWith(start)) ?? '';

  test('80 columns hold every line, and no colour is needed or used', () => {
    const output = renderTerminal(record.reports, record.failures);
    expect(output).not.toMatch(/[^\P{Cc}\n]/u);
    for (const line of output.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
  test('the matrix has symbols and numbers', () => {
    const output = renderTerminal(record.reports, record.failures);
    expect(lineOf(output, 'core ')).toMatch(/^core +✓ 4 +✓ 2 +✓ 2 +✓ 1$/);
    expect(lineOf(output, 'tfjs-webgl* ')).toMatch(/✗ 3\/4 +✗ 2\/2 +✗ 2\/2 +✓ 1$/);
    expect(lineOf(output, 'known ')).toMatch(/✗ 1\/4 +~ 2\/2 +~ 2\/2 +✗ 1\/1$/);
    expect(lineOf(output, 'ort-webgpu ')).toContain('– unavailable');
    expect(lineOf(output, 'gone ')).toContain('✗ your harness is wrong');
  });
  test('the legend tells that columns overlap', () => {
    expect(renderTerminal(clean.reports, clean.failures)).toContain('A test counts in every family that it is about.');
  });
  test('failures show bits and ratio, open tests their reason, the last line the sum', () => {
    const output = renderTerminal(record.reports, record.failures);
    expect(output).toMatch(
      /gradient\[1\] +actual +0\.500000000003 +3fe000000000698e\n +ratio 3\.00 +expected +0\.5 +3fe0000000000000/,
    );
    expect(output).toContain('– narrow: 1 unsupported, which need background (1)');
    expect(output).toContain('– known: 3 known failure: log(0) is -88 (N2)');
    expect(output).toContain('✗ known: 1 passed although listed as known failures');
    expect(output).toContain('✗ FAILED  9 pass');
    expect(renderTerminal(clean.reports, clean.failures)).toContain('✓ PASSED  4 pass, 1 of 1 target available');
  });
  test('names stay apart when columns are wide, and the star is explained', () => {
    const reports = [
      'ort-web-webgpu',
      'ort-web-wasm',
      'a-long-name-of-a-target-one',
      'a-long-name-of-a-target-two',
    ].map((target): TargetReport => ({ ...record.reports[1], target }));
    const output = renderTerminal(reports, []);
    expect(lineOf(output, 'ort-web-webgpu* ')).not.toBe('');
    expect(output).toContain('\n* in Chromium\n');
    const names = output
      .split('\n')
      .slice(1, 5)
      .map((line) => line.split('  ')[0]);
    expect(new Set(names).size).toBe(4);
    expect(renderTerminal(clean.reports, [])).not.toContain('Chromium');
  });
  test('what targets leave open for one reason is said once', () => {
    const narrow = record.reports.find(({ target }) => target === 'narrow') as TargetReport;
    const output = renderTerminal([narrow, { ...narrow, target: 'other' }], []);
    expect(output).toContain('– 1 unsupported, which need background (1): narrow, other\n');
  });
  test('names do not steer the terminal either', async () => {
    const { reports, failures } = await runEverything();
    const hostileName = (report: TargetReport): TargetReport => ({
      ...report,
      target: `a\u001b[2J\nb\u202E\u0007\u200F\u2028`,
    });
    const output = renderTerminal([...reports, ...reports.map(hostileName)], failures);
    expect(output).not.toMatch(/[^\P{Cc}\n]|[\u200F\u2028\u202E]/u);
    expect(output).toContain('✗ a b\u{fffd}\u{fffd}\u{fffd}\u{fffd}, by flag');
  });
  test('colour repeats what the symbols say', () => {
    const plain = renderTerminal(record.reports, record.failures);
    const color = renderTerminal(record.reports, record.failures, { color: true });
    expect(color).toContain('\u001b[31m✗ 3/4');
    expect(stripVTControlCharacters(color)).toBe(plain);
  });
  test('what is too much is counted', () => {
    const output = renderTerminal(record.reports, record.failures, { failures: 1 });
    expect(output).toContain('… and 2 more of tfjs-webgl (chromium)');
  });
});

describe('JUnit', () => {
  test('counts what the run counts, and holds hostile text', () => {
    const xml = renderJunit(record);
    expect(xml).toContain('tests="29" failures="7" errors="1" skipped="12"');
    expect(xml).not.toContain('\u0007');
    expect(xml).toContain('<failure message="gradient: 2 of 2 beyond tolerance" type="fail"><![CDATA[Logits are 0.\n');
    expect(xml).toContain(
      'plain catches: a wrong loss\ngradient[1] is 0.500000000003 (3fe000000000698e), expected 0.5 (',
    );
  });
  test('has the environment as properties, and times in seconds', () => {
    const [report] = clean.reports;
    const results = report.results.map((result) => ({ ...result, milliseconds: 1250 }));
    const xml = renderJunit({ ...clean, reports: [{ ...report, results }] });
    expect(xml).toContain('<property name="engine" value="none"/>');
    expect(xml).toMatch(/<testsuite name="core"[^>]* time="5"/);
    expect(xml).toContain('name="sum-one-row [float64]" time="1.25"/>');
  });
  test('stays one document whatever targets say', async () => {
    const xml = renderJunit(await runEverything());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of them.
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
    const outside = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
    expect(outside).not.toMatch(
      /<(?!\/?(?:testsuites?|testcase|properties|property|failure|error|skipped|system-out)\b|\?xml)/,
    );
    expect(outside).not.toContain('CDATA');
    expect(xml).toContain('message="&lt;script>');
  });
  test('keeps a long reason whole, but not in the message', () => {
    const [report] = clean.reports;
    const reason = 'y'.repeat(5000);
    const results = [{ ...report.results[0], status: 'error' as const, reason }];
    const xml = renderJunit({ ...clean, reports: [{ ...report, results }] });
    expect(xml).toContain(`message="${'y'.repeat(500)} …"`);
    expect(xml).toContain(reason);
  });
});

test('a reason of several lines is whole in the summary', () => {
  const output = renderTerminal(clean.reports, ['gone: no engine\n  at target.js:2']);
  expect(output).toContain('✗ gone: no engine at target.js:2\n');
});

test('a folder that cannot be made is told, and not tried for ever', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  expect(() => writeWhole(join(file, 'deep', 'x.html'), 'x')).toThrow('ENOTDIR');
  if (process.platform === 'linux') expect(() => writeWhole('/proc/x/y.html', 'x')).toThrow(/ENOENT|EACCES/);
});

test('a report is written whole or not at all', () => {
  const path = join(folder, 'deep', 'report.ndjson');
  writeWhole(path, 'one');
  writeWhole(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(join(folder, 'deep'))).toEqual(['report.ndjson']);
  expect(() => writeWhole(join(folder, 'deep'), 'x')).toThrow();
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test.each([
  ['G1', 'gate'],
  ['S5', 'sigmoid'],
  ['X2', 'softmax'],
  ['R3', 'reduce'],
  ['P1', 'shards'],
  ['N4', 'numeric'],
  ['LABEL_RANGE', 'errors'],
  ['D1', undefined],
])('clause %s is of the family %s', (clause, family) => {
  expect(familyOf(clause)).toBe(family);
});

describe('what the vectors know of a failure', () => {
  const words = 'plain, 2 of 2 failed; catches: a wrong loss';

  test('opens the failures, worst flags first', () => {
    const report = record.reports[1];
    expect(symptomsOf(report)).toEqual([
      { flag: 'plain', catches: 'a wrong loss', failed: 2, judged: 2 },
      { flag: 'reduction', catches: 'a wrong divisor', failed: 2, judged: 2 },
    ]);
    expect(symptomsOf(report, 1)).toHaveLength(1);
    expect(symptomsOf(record.reports[0])).toEqual([]);
    const output = renderTerminal([report], ['x']);
    expect(output).toContain(words);
    expect(output.indexOf(words)).toBeLessThan(output.indexOf('sum-one-row'));
    expect(output).toContain('    Logits are 0.\n');
  });
  test('worst elements are those beyond tolerance only', async () => {
    const near = spoil(({ gradient, ...rest }) => ({
      ...rest,
      gradient: Float64Array.from(gradient ?? [], (value, i) => value + (i === 0 ? 1 : 1e-14)),
    }));
    const { results } = await runSuite(fakeTarget(near), suite, { filter: 'sum-one-row' });
    expect(results[0].worst?.map(({ index }) => index)).toEqual([0]);
  });
  test('a flag whose tests all failed comes before one with more failures', () => {
    const result = (status: 'pass' | 'fail', flag: string) => ({
      id: 'x',
      form: 'sigmoid' as const,
      status,
      clauses: [],
      catches: { [flag]: 'y' },
    });
    const results = [result('fail', 'half'), result('fail', 'half'), result('pass', 'half'), result('fail', 'whole')];
    expect(symptomsOf({ target: 'x', runtime: 'node', results }).map(({ flag }) => flag)).toEqual(['whole', 'half']);
  });
  test('a test that a dead target was never asked says nothing about it', () => {
    const result = (reason: string, flag: string) => ({
      id: 'x',
      form: 'sigmoid' as const,
      status: 'error' as const,
      clauses: [],
      catches: { [flag]: 'y' },
      reason,
    });
    const results = [result('ended', 'asked'), result('target is gone: it was restarted 2 times (ended)', 'later')];
    expect(symptomsOf({ target: 'x', runtime: 'node', results }).map(({ flag }) => flag)).toEqual(['asked']);
  });
  test('is in the lines of failures only', () => {
    const lines = renderNdjson(record).trimEnd().split('\n');
    const of = (target: string) =>
      lines.map((line) => JSON.parse(line)).find((line) => line.target === target && line.id === 'sum-one-row');
    expect(of('nan')).toMatchObject({ comment: 'Logits are 0.', catches: { plain: 'a wrong loss' } });
    expect(of('core')).not.toHaveProperty('catches');
  });
});

describe('what a target does not claim', () => {
  const wrongGradient = shift(1);
  const claims = { ...supports, outputs: ['rowLosses'] as const, features: ['index-labels'] as const };
  const narrow = () => runSuite(fakeTarget(wrongGradient, { name: 'narrow', supports: claims }), suite);

  test('is told by every report, though nothing failed', async () => {
    const report = await narrow();
    expect(failuresOf([report])).toEqual([]);
    const words = 'loss and gradient were not judged: not in supports.outputs';
    expect(renderTerminal([report], [])).toContain(`– narrow: ${words}`);
    expect(renderHtml({ ...clean, reports: [report] })).toContain(words);
    const [header] = renderNdjson({ ...clean, reports: [report] }).split('\n');
    expect(JSON.parse(header).targets[0].supports).toEqual(claims);
  });
  test('stands in the cell', async () => {
    const report = await narrow();
    expect(describeCell(cellOf(report)).text).toBe('✓ 3/4');
    expect(describeCell(cellOf(report, 'errors')).text).toBe('✓ 1');
  });
  test('fits into 80 columns with hundreds of open tests', () => {
    const about = (clause: string, status: 'pass' | 'unsupported') =>
      Array.from({ length: 299 }, (_, i) => ({
        id: `${clause}-${i}`,
        form: 'sigmoid' as const,
        status,
        clauses: [clause],
        reason: 'needs beta-class',
      }));
    const clauses = ['G1', 'S1', 'X1', 'R1', 'P1', 'N1', 'RANK'];
    const results = clauses.flatMap((clause) => [...about(clause, 'pass'), ...about(clause, 'unsupported')]);
    const output = renderTerminal([{ target: 'a-very-long-target-name', runtime: 'node', results }], []);
    expect(output).toContain('✓299/598');
    for (const line of output.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

test('a cell tells failures before known failures before passes', () => {
  expect(describeCell({ judged: 9, failed: 1, known: 2, open: 3 }).words).toBe('1 of 9 failed, 3 not judged');
  expect(describeCell({ judged: 9, failed: 0, known: 2, open: 0 }).text).toBe('~ 2/9');
  expect(describeCell({ judged: 0, failed: 0, known: 0, open: 0 }).kind).toBe('none');
  expect(cellOf({ target: 'x', runtime: 'node', results: [] })).toEqual({ judged: 0, failed: 0, known: 0, open: 0 });
});
