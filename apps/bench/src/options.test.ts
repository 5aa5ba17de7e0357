import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCase, makeReport, makeRows } from '../test/reports.ts';
import { groupsOf, growthShapes, standardShapes } from './cases.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { paths } from './paths.ts';
import { tasks } from './tasks.ts';

const parse = (...args: string[]) => parseOptions(args, '/somewhere') as Options;
const names = ({ entries }: Pick<Options, 'entries'>) => entries.map(({ name }) => name);

describe('the command line', () => {
  test('asks for every path and case when it is empty', () => {
    const options = parse();
    expect(options.entries).toEqual(paths);
    expect(options.groups).toEqual(groupsOf(standardShapes, ['sigmoid', 'softmax'], 'all'));
    // Four layouts each, and β drawn for the softmax form.
    expect(options.groups.map((group) => group.length)).toEqual([4, 5, 4, 5, 4, 5]);
    expect(options.growth.groups).toEqual([]);
    expect(options).toMatchObject({ rounds: 9, warmUp: 150, budget: 700, old: undefined });
    expect(options.out.endsWith(join('apps', 'bench', sep))).toBe(true);
  });

  test('takes less with --quick: one shape, one layout', () => {
    const { groups, rounds } = parse('--quick');
    expect(groups).toEqual(groupsOf([{ rows: 512, classes: 1203 }], ['sigmoid', 'softmax'], 'first'));
    expect(groups.map((group) => group.length)).toEqual([1, 1]);
    expect(rounds).toBe(5);
    expect(names(parse())).toContain('tfjs-webgl');
    expect(names(parse('--quick'))).toEqual(names(parse()).filter((name) => !/webgl|webgpu|gpujs-naive/.test(name)));
    expect(names(parse('--quick', '--paths', 'tfjs-webgl'))).toEqual(['copy', 'tfjs-webgl']);
    expect(names(parse('--quick', '--paths', 'gpujs-naive-cpu'))).toEqual(['copy', 'gpujs-naive-cpu']);
  });

  test('names paths, shapes, forms, rounds and folder', () => {
    const options = parse(
      '--paths',
      'wasm, wasm-2',
      '--shapes',
      '4x40',
      '--forms=softmax',
      '--rounds=2',
      '--warm-up=7',
      '--out',
      'r',
    );
    expect(names(options)).toEqual(['copy', 'wasm', 'wasm-2']);
    expect(options.groups).toEqual(groupsOf([{ rows: 4, classes: 40 }], ['softmax'], 'all'));
    expect(options).toMatchObject({ rounds: 2, warmUp: 7, out: '/somewhere/r' });
    expect(parse('--quick', '--shapes', '4x40,7x9').groups).toHaveLength(4);
  });

  test('asks for growth on request: one thread, and neither slow paths nor other yardsticks, unless they are named', () => {
    const { growth } = parse('--growth', '--forms', 'sigmoid');
    expect(growth.groups).toEqual(groupsOf(growthShapes, ['sigmoid'], 'first'));
    expect(names(growth)).toContain('wasm');
    expect(names(growth)).not.toContain('wasm-2');
    expect(names(growth)).not.toContain('tfjs-cpu');
    expect(names(growth)).not.toContain('tfjs-webgpu');
    expect(names(growth).filter((name) => name.startsWith('gpujs'))).toEqual(['gpujs-cpu', 'gpujs-webasm']);
    expect(names(parse('--growth', '--paths', 'wasm-2,tfjs-cpu').growth)).toEqual(['copy', 'wasm-2', 'tfjs-cpu']);
  });

  test('asks for tasks by name, then for paths only when they are named too', () => {
    const only = parse('--tasks', 'attach, head', '--quick');
    expect(only.tasks.map(({ task }) => task)).toEqual(['attach', 'head', 'head']);
    expect(only.groups).toEqual([]);
    const both = parse('--tasks', 'all', '--paths', 'wasm');
    expect(both.tasks).toEqual(tasks);
    expect(names(both)).toEqual(['copy', 'wasm']);
    expect(both.groups).toHaveLength(6);
  });

  test.each([['--quick'], ['--paths=wasm'], ['--shapes=4x40'], ['--forms=sigmoid']])('has no task with %s', (arg) => {
    expect(parse().tasks).toEqual(tasks);
    expect(parse('--rounds', '3', '--growth').tasks).toEqual(tasks);
    expect(parse(arg).tasks).toEqual([]);
  });

  test('gives named paths batches of any size, and others of what they can bear', () => {
    const limits = ({ entries }: Options) => entries.filter(({ mostLogits }) => mostLogits).map(({ name }) => name);
    expect(limits(parse())).toEqual(names(parse()).filter((name) => /webgl|webgpu|gpujs-naive/.test(name)));
    expect(limits(parse('--paths', 'wasm,tfjs-webgl'))).toEqual([]);
  });

  test('reads the report to compare with', () => {
    const folder = mkdtempSync(join(tmpdir(), 'eqloss-options-'));
    const text = JSON.stringify(makeReport({ rows: makeRows([makeCase()]) }));
    writeFileSync(join(folder, 'old.json'), text);
    expect((parseOptions(['--compare', 'old.json'], folder) as Options).old).toEqual(JSON.parse(text));
    rmSync(folder, { recursive: true });
  });

  test('is explained on request, whatever else it says', () => {
    expect(parseOptions(['--help', '--paths', 'nobody'])).toBe('help');
    expect(parseOptions(['-h'])).toBe('help');
  });

  test('is explained with every option', () => {
    for (const name of [
      'quick',
      'growth',
      'paths',
      'tasks',
      'shapes',
      'forms',
      'rounds',
      'warm-up',
      'out',
      'compare',
      'help',
    ]) {
      expect(usage).toMatch(new RegExp(`^ +--${name} `, 'm'));
    }
  });

  test.each([
    [['--paths', 'nobody'], /unknown path "nobody"; known: copy, wasm, wasm-2,/],
    [['--paths', 'no,body'], /unknown paths "no", "body"/],
    [['--paths', ''], /--paths needs a value/],
    [['--paths', 'wasm,'], /unknown path ""/],
    [['--paths'], /--paths/],
    [
      ['--tasks', 'nothing'],
      /unknown task "nothing"; known: all, attach, run-one, ways, head, head-million, gpujs-step-cpu,/,
    ],
    [['--tasks', ''], /--tasks needs a value/],
    [['--forms', 'tanh'], /unknown form tanh; known: sigmoid, softmax/],
    [['--forms', ''], /--forms needs a value/],
    [['--shapes', '512'], /"512" is no shape/],
    [['--shapes', '512x1203x2'], /is no shape/],
    [['--shapes', '0x40'], /"0x40" is no shape/],
    [['--shapes', '4x1'], /two classes at least/],
    [['--shapes', '4x-40'], /is no shape/],
    [['--shapes', '4x40,'], /"" is no shape/],
    [['--shapes', '20000x10000'], /20000x10000 has more than 134217728 logits/],
    [['--rounds', '1'], /--rounds is 1; wanted an integer from 2 to 1000/],
    [['--rounds', '1001'], /--rounds is 1001/],
    [['--rounds', '2.5'], /--rounds is 2\.5/],
    [['--rounds', 'many'], /--rounds is many/],
    [['--warm-up', '0'], /--warm-up is 0; wanted milliseconds from 1 to 60000/],
    [['--warm-up', 'none'], /--warm-up is none/],
    [['--compare', 'nothing.json'], /there is no report .somewhere.nothing\.json/],
    [['--out', ''], /--out needs a value/],
    [['--quick=yes'], /--quick/],
    [['--path', 'wasm'], /--path/],
    [['wasm'], /wasm/],
  ])('is refused as %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
