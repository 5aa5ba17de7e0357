import { join } from 'node:path';
import { vectorsFolder } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { type Options, parseOptions } from './options.ts';
import { selectRuns } from './targets.ts';

const parse = (...args: string[]) => parseOptions(args, '/somewhere') as Options;

describe('the command line', () => {
  test('asks for everything when it is empty', () => {
    const { runs, vectors, out, filter } = parse();
    expect(runs).toEqual(selectRuns());
    expect(vectors).toBe(vectorsFolder());
    expect(out.endsWith(join('apps', 'conformance', 'report'))).toBe(true);
    expect(filter).toBeUndefined();
  });

  test('names targets, vectors, folder and filter', () => {
    const options = parse('--targets', 'core, tfjs-cpu', '--vectors', 'v.json', '--out', '/r', '--filter', 'lvis');
    expect(options.runs).toEqual(selectRuns(['core', 'tfjs-cpu']));
    expect(options).toMatchObject({ vectors: '/somewhere/v.json', out: '/r', filter: 'lvis' });
  });

  test('takes values after an equals sign too', () => {
    expect(parse('--targets=core').runs).toEqual(selectRuns(['core']));
  });

  test('is explained on request, whatever else it says', () => {
    expect(parseOptions(['--help', '--filter', 'x'])).toBe('help');
  });

  test.each([
    [['--targets', 'nobody'], /unknown target "nobody"; known: core,/],
    [['--targets', ''], /--targets needs a value/],
    [['--targets', 'core,'], /unknown target ""/],
    [['--filter'], /--filter/],
    [['--target', 'core'], /--target/],
    [['core'], /core/],
  ])('is refused as %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
