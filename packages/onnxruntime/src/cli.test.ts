import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGate, frequenciesFromCounts } from '@eqloss/core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeSmall, passing } from './attach/testing.ts';
import { main } from './cli/command.ts';
import { attachLoss, exposeLogits, inspectModel } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eqloss-onnx-'));
const at = (name: string): string => join(folder, name);
const small = encodeSmall(passing(['n', 4]));
// Of 1000 occurrences 5 and 45 are of classes rarer than 5 %: tail ratio 5 %.
const counts = [900, 5, 50, 45];
const tail = { counts: at('counts.json'), threshold: '0.05' };

/** Runs the command; what it printed. */
function run(...args: string[]): { code: number; out: string; err: string } {
  const printed = { out: '', err: '' };
  const code = main(args, {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
  });
  return { code, ...printed };
}

/** `attach` with the gate of the counts. */
function attach(...more: string[]) {
  const gate = ['--counts', tail.counts, '--threshold', tail.threshold];
  return run('attach', at('small.onnx'), '--form', 'sigmoid', ...gate, '-o', at('out.onnx'), ...more);
}

beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(at(name), { recursive: true });
  writeFileSync(at('small.onnx'), small);
  writeFileSync(at('counts.json'), JSON.stringify(counts));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('attach writes what attachLoss gives, and says which classes are tail', () => {
  const { code, out, err } = attach();
  expect([code, out]).toEqual([0, '']);
  expect(err).toContain('2 of 4 classes are tail, with 5.00 % of all occurrences');
  expect(err).toContain('total 1000, the sum of the counts');
  expect(err).toContain('feed  eql_labels\n  fetch eql_loss, eql_rowLosses, eql_gradient');
  const gate = createGate(frequenciesFromCounts(counts, 1000), { threshold: 0.05 });
  const expected = attachLoss(small, { form: 'sigmoid', labels: 'index', constants: { gate } });
  expect(Buffer.compare(readFileSync(at('out.onnx')), expected)).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['counts.json', 'out.onnx', 'small.onnx']);
});

describe('the gate', () => {
  const gateIn = (...args: string[]): readonly number[] => {
    const { code, err } = run(
      'attach',
      at('small.onnx'),
      '--form',
      'sigmoid',
      '-o',
      at('out.onnx'),
      '--force',
      ...args,
    );
    expect(err).not.toContain('eqloss-onnx:');
    expect(code).toBe(0);
    const bytes = readFileSync(at('out.onnx'));
    // The mask is the four bytes after the name of the initializer: field 9, length 4.
    const from = bytes.indexOf(Buffer.from('eql_tail\x4a\x04', 'latin1'));
    return [...bytes.subarray(from + 10, from + 14)];
  };
  test('comes from counts and a total', () => {
    expect(gateIn('--counts', tail.counts, '--threshold', '0.05')).toEqual([0, 1, 0, 1]);
    expect(gateIn('--counts', tail.counts, '--threshold', '0.05', '--total', '1000')).toEqual([0, 1, 0, 1]);
    expect(gateIn('--counts', tail.counts, '--threshold', '0.05', '--total', '10000')).toEqual([0, 1, 1, 1]);
    writeFileSync(at('both.json'), JSON.stringify({ counts, total: 10_000 }));
    expect(gateIn('--counts', at('both.json'), '--threshold', '0.05')).toEqual([0, 1, 1, 1]);
  });
  test('comes from frequencies in any unit', () => {
    expect(gateIn('--frequencies', tail.counts, '--threshold', '50')).toEqual([0, 1, 0, 1]);
  });
  test('comes from a tail ratio', () => {
    expect(gateIn('--counts', tail.counts, '--tail-ratio', '0.05')).toEqual([0, 1, 0, 1]);
    expect(gateIn('--frequencies', tail.counts, '--tail-ratio', '0.01')).toEqual([0, 1, 0, 0]);
  });
  test('that trains badly is spoken of', () => {
    const { code, err } = run(
      'attach',
      at('small.onnx'),
      '--form',
      'sigmoid',
      '--counts',
      tail.counts,
      '--threshold',
      '1',
      '-o',
      at('out.onnx'),
    );
    expect(code).toBe(0);
    expect(err).toContain('every class is tail');
  });
});

test('every option reaches the loss', () => {
  const flags = ['--labels', 'rows', '--row-weights', '--normalizer', '--prefix', 'my_', '--outputs', 'loss,gradient'];
  const args = ['--beta-shape', 'class', '--logits', 'logits', '--arithmetic', 'gpu', '--reduction', 'mean'];
  const { code } = run('attach', at('small.onnx'), '--form', 'softmax', '-o', at('out.onnx'), ...flags, ...args);
  expect(code).toBe(0);
  const [{ prefix, loss, inputs, outputs }] = inspectModel(readFileSync(at('out.onnx'))).losses;
  expect(prefix).toBe('my_');
  expect(loss).toMatchObject({ form: 'softmax', labels: 'rows', beta: 'class', arithmetic: 'gpu', reduction: 'mean' });
  expect(Object.keys(inputs).sort()).toEqual(['normalizer', 'oneMinusBeta', 'rowWeights', 'tail', 'targets']);
  expect(Object.keys(outputs).sort()).toEqual(['gradient', 'loss']);
  const more = ['--label-type', 'int64', '--foreground', '--graph-output', 'y', '--as', 'function'];
  expect(run('attach', at('small.onnx'), '--form', 'sigmoid', '-o', at('2.onnx'), ...more).code).toBe(0);
  expect(inspectModel(readFileSync(at('2.onnx'))).losses[0].loss).toMatchObject({
    labelType: 'int64',
    foreground: true,
  });
  expect(inspectModel(readFileSync(at('2.onnx'))).functions).toEqual(['eqloss.SigmoidEql']);
  expect(run('attach', at('small.onnx'), '--form', 'softmax', '-o', at('3.onnx'), '--beta', '0.9').code).toBe(0);
  expect(Object.keys(inspectModel(readFileSync(at('3.onnx'))).losses[0].inputs)).toEqual(['labels', 'tail']);
});

test('expose writes what exposeLogits gives', () => {
  const { code, err } = run('expose', at('small.onnx'), '-o', at('out.onnx'));
  expect([code, err]).toEqual([0, 'added the output logits\n']);
  expect(Buffer.compare(readFileSync(at('out.onnx')), exposeLogits(small))).toBe(0);
  expect(run('expose', at('out.onnx'), '-o', at('again.onnx')).err).toMatch(/already/);
});

test('inspect describes a model, for people and as JSON', () => {
  attach();
  const { out } = run('inspect', at('out.onnx'));
  expect(out).toContain('logits: float [n, 4], y is their Softmax, made by Neg; a loss can be attached');
  expect(out).toContain('sigmoid loss of logits');
  const json = run('inspect', at('out.onnx'), '--json');
  expect(JSON.parse(json.out)).toEqual(inspectModel(readFileSync(at('out.onnx'))));
});

test('names of a model do not reach the terminal as escape sequences', () => {
  const sequence = '\u001b[31mred\u009b';
  writeFileSync(
    at('odd.onnx'),
    encodeSmall({ ...passing(['n', sequence]), outputs: [{ name: 'y', shape: ['n', sequence] }] }),
  );
  const { out } = run('inspect', at('odd.onnx'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('a file that is there is replaced only with --force, and stays whole when all goes wrong', () => {
  writeFileSync(at('out.onnx'), 'precious');
  expect(attach()).toMatchObject({ code: 2, err: expect.stringContaining('--force') });
  expect(attach('--force', '--logits', 'nothing').code).toBe(1);
  expect(readFileSync(at('out.onnx'), 'utf8')).toBe('precious');
  expect(attach('--force').code).toBe(0);
  expect(inspectModel(readFileSync(at('out.onnx'))).losses).toHaveLength(1);
  // A model may replace itself.
  expect(attach('--force', '-o', at('small.onnx')).code).toBe(0);
  expect(inspectModel(readFileSync(at('small.onnx'))).losses).toHaveLength(1);
});

test('--help, anywhere, prints the usage', () => {
  for (const args of [['--help'], ['-h'], ['help'], ['attach', '--help']]) {
    expect(run(...args)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage: eqloss-onnx') });
  }
});

test('the program itself exits with the code', () => {
  const program = new URL('./cli.ts', import.meta.url).pathname;
  const call = (...args: string[]) =>
    spawnSync(process.execPath, ['--conditions=@eqloss/source', program, ...args], { encoding: 'utf8' });
  expect(call('inspect', at('small.onnx'))).toMatchObject({ status: 0, stdout: expect.stringContaining('logits') });
  expect(call('inspect', at('counts.json'))).toMatchObject({ status: 1, stdout: '' });
  expect(call('inspect')).toMatchObject({ status: 2, stdout: '' });
});

const usage: readonly string[][] = [
  [],
  ['frobnicate'],
  ['inspect'],
  ['inspect', 'a', 'b'],
  ['inspect', 'a', '--out', 'b'],
  ['attach', 'a', '--form', 'sigmoid'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--threshold', '1'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--counts', 'c'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--counts', 'c', '--threshold', '1', '--tail-ratio', '1'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--counts', 'c', '--frequencies', 'd', '--threshold', '1'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--frequencies', 'd', '--threshold', '1', '--total', '5'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--counts', 'c', '--threshold', 'high'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--counts', 'c', '--threshold', ''],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--beta'],
  ['attach', 'a', '-o', 'b'],
  ['attach', 'a', '-o', 'b', '--form', 'bce'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--outputs', 'loss,gradients'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--reduction', 'average'],
  ['attach', 'a', '-o', 'b', '--form', 'softmax', '--foreground'],
  ['attach', 'a', '-o', 'b', '--form', 'sigmoid', '--threshold', '-1'],
];
test.each(usage)('wrong usage, case %#, is exit code 2 and two lines', (...args) => {
  const { code, out, err } = run(...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^eqloss-onnx: .+\neqloss-onnx: --help tells how\n$/);
});

describe('what will not do is exit code 1 and one line', () => {
  const refused = (code: string, ...args: string[]) => {
    const result = run(...args);
    expect(result.err).toMatch(new RegExp(`eqloss-onnx: ${code}.*\n$`));
    expect(result.code).toBe(1);
    expect(existsSync(at('out.onnx'))).toBe(false);
  };
  const to = ['--form', 'sigmoid', '-o', at('out.onnx')];
  test('a model', () => {
    writeFileSync(at('bad.onnx'), 'no model at all');
    writeFileSync(at('old.onnx'), encodeSmall(passing(['n', 4], 'Softmax', { opset: 9 })));
    refused('MODEL', 'inspect', at('bad.onnx'));
    refused('MODEL', 'attach', at('bad.onnx'), ...to);
    refused('UNSUPPORTED', 'attach', at('old.onnx'), ...to);
    refused('UNSUPPORTED', 'attach', at('small.onnx'), ...to, '--beta', '0.5');
    refused('.*cannot be read', 'inspect', at('nothing.onnx'));
    refused('.*cannot be read', 'inspect', folder);
  });
  test('a place to write', () => {
    refused('.*does not exist', 'attach', at('small.onnx'), '--form', 'sigmoid', '-o', at('no/out.onnx'));
    mkdirSync(at('folder'));
    refused('.*is a folder', 'attach', at('small.onnx'), '--form', 'sigmoid', '-o', at('folder'), '--force');
  });
  test.each([
    ['.*is no JSON', '[1, 2'],
    ['.*no JSON array', '{"counts": {"a": 1}}'],
    ['.*no JSON array', '[1, "2", 3, 4]'],
    ['.*no JSON array', 'null'],
    ['.*total is no number', '{"counts": [1, 2, 3, 4], "total": "many"}'],
    ['CLASS_COUNT', '[]'],
    ['CLASS_COUNT', '[1, 2, 3]'],
    ['FREQUENCY_RANGE', '[1, 2, -3, 4]'],
    ['FREQUENCY_RANGE', '[0, 0, 0, 0]'],
  ])('counts: %s for %s', (code, text) => {
    writeFileSync(at('counts.json'), text);
    refused(code, 'attach', at('small.onnx'), ...to, '--counts', at('counts.json'), '--threshold', '0.01');
  });
});
