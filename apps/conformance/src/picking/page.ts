// docs/picking-an-adapter.md, made from docs/picking.json.

import { labelOf, ratioWords, type Supports } from '@eqloss/conformance';
import type { PickedTarget, Picking } from './extract.ts';
import { type PackageEntry, packages } from './packages.ts';

/** The page as Markdown. */
export function renderPicking(picking: Picking): string {
  const { dates, machine, tests, spec } = picking;
  return `# Picking an adapter

<!-- Made from picking.json by \`npm run picking\`. Change neither by hand. -->

Take the package of the stack that you already have. Without one, take \`@eqloss/wasm\`; take \`@eqloss/core\` when double precision or small code counts more than time.

All of them follow SPEC ${spec} and pass the same ${tests} vectors, except for what they do not take: that is listed, never passed over.

## What each package takes

${table(['', ...packages.map(({ name }) => `\`${name}\``)], capabilities(picking))}

✓ in all of its targets; else the targets that do.

- **Worst ratio**: how far the worst element of all passed tests is from the exact value, by what SPEC N4 allows (1e-12 in double, 2e-6 in single precision): 0.1 is a tenth of it. The median is that of the tests' worst elements. Double is judged by a bound two million times as tight.
- **Time by copy**: loss and gradient by reading and writing each logit once. **As fast as plain TypeScript**: how many times as fast as the loop that one writes first. Both are of 512 × 1203 logits in Node, the fastest target of the package, as [apps/bench](../apps/bench) measures them: ratios of one machine, which move by a quarter from run to run.
- **Size**: both forms, bundled and minified for production, with the \`@eqloss\` packages behind them and without the engine.

## Target by target

${table(
  [
    'target',
    'where',
    'engine and backend',
    'tests passed',
    'worst ratio',
    'median',
    'time by copy: sigmoid, softmax',
    'as fast as plain TypeScript: sigmoid, softmax',
  ],
  picking.targets.map((target) => targetRow(target, tests)),
)}

A star: in Chromium. – in a column of times: not measured here. A GPU is measured by name only, since the one of this machine may be software: \`npm run bench -- --quick --paths tfjs-webgl,tfjs-webgpu,typescript-naive\`.

## What is missing

${list(picking)}

## Where these numbers are from

Conformance: ${dates.conformance.slice(0, 10)}, Node and Chromium on ${machine.os}. Speed: ${dates.bench.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}. Your device may have other backends and other speeds: run the suite there.
`;
}

function capabilities(picking: Picking): readonly (readonly string[])[] {
  const of = (word: string, say: (entry: PackageEntry, own: readonly PickedTarget[]) => string) => {
    return [
      word,
      ...packages.map((entry) =>
        say(
          entry,
          picking.targets.filter((target) => target.package === entry.name),
        ),
      ),
    ];
  };
  const claim = (words: string, key: keyof Supports, word: string) => {
    return of(words, (_, own) => claimWords(own, (supports) => (supports[key] as readonly string[]).includes(word)));
  };
  const size = (entry: PackageEntry) => picking.packages.find(({ name }) => name === entry.name);
  return [
    of('for', ({ stack }) => stack),
    of('beside it', ({ engine }) => engine),
    claim('sigmoid form', 'forms', 'sigmoid'),
    claim('softmax form', 'forms', 'softmax'),
    claim('double precision', 'dtypes', 'float64'),
    claim('single precision', 'dtypes', 'float32'),
    claim('class labels', 'features', 'index-labels'),
    claim('target rows', 'features', 'target-rows'),
    claim('background rows', 'features', 'background'),
    claim('ignored rows', 'features', 'ignored-rows'),
    claim('foreground mask', 'features', 'foreground'),
    claim('row weights', 'features', 'row-weights'),
    claim('own normalizer', 'features', 'normalizer'),
    claim('β: one number', 'features', 'beta-scalar'),
    claim('β per class', 'features', 'beta-class'),
    claim('β per element (drawn)', 'features', 'beta-element'),
    claim('row losses', 'outputs', 'rowLosses'),
    claim('gradient', 'outputs', 'gradient'),
    claim('a handle to release', 'features', 'release'),
    of('backends in Node', (_, own) => backendWords(own, 'node')),
    of('backends in the browser', (_, own) => backendWords(own, 'chromium')),
    of('worst ratio', (_, own) => range(own.map(({ ratio }) => ratio?.worst))),
    of('median ratio', (_, own) => range(own.map(({ ratio }) => ratio?.median))),
    of('time by copy: sigmoid, softmax', (_, own) => speeds(fastest(own), 'toCopy')),
    of('as fast as plain TypeScript', (_, own) => speeds(fastest(own), 'timesNaive')),
    of('size, gzip (minified)', (entry) => `${kilobytes(size(entry)?.gzip)} (${kilobytes(size(entry)?.minified)})`),
  ];
}

/** ✓ for all, – for none, else who does; what was not available claims nothing. */
function claimWords(own: readonly PickedTarget[], has: (supports: Supports) => boolean): string {
  const known = own.filter(({ supports }) => supports);
  const able = known.filter(({ supports }) => supports && has(supports));
  if (able.length === known.length && able.length > 0) return '✓';
  const names = [...new Set(able.map(({ target }) => `\`${target}\``))];
  return names.join(', ') || '–';
}

function backendWords(own: readonly PickedTarget[], runtime: PickedTarget['runtime']): string {
  const names = own
    .filter((target) => target.runtime === runtime)
    .map(({ backend, unavailable }) => {
      return unavailable === undefined ? backend : `${backend} (not on this machine)`;
    });
  return names.join(', ') || '–';
}

function targetRow(target: PickedTarget, tests: number): readonly string[] {
  const { runtime, unavailable, passed, ratio, speed } = target;
  const where = runtime === 'node' ? 'Node' : 'browser';
  const name = `\`${target.target}\`${runtime === 'node' ? '' : '\\*'}`;
  if (unavailable !== undefined) return [name, where, `unavailable: ${unavailable}`, '–', '–', '–', '–', '–'];
  const share = passed === tests ? `all ${tests}` : `${passed} of ${tests}`;
  const ratios = ratio ? [ratioWords(ratio.worst), ratioWords(ratio.median)] : ['–', '–'];
  return [name, where, engineWords(target), share, ...ratios, speeds(speed, 'toCopy'), speeds(speed, 'timesNaive')];
}

function engineWords({ environment = {} }: PickedTarget): string {
  const { engine, backend, executionProvider, mode, device, threads } = environment;
  const parts = [
    engine,
    backend ?? executionProvider ?? mode,
    device,
    threads && threads !== '1' ? `${threads} threads` : '',
  ];
  const said = parts.flatMap((part) => part || []);
  // Some say `cpu` and CPU.
  return said.filter((part, k) => said.findIndex((each) => each.toLowerCase() === part.toLowerCase()) === k).join(', ');
}

function speeds(speed: PickedTarget['speed'], key: 'toCopy' | 'timesNaive'): string {
  const numbers = (['sigmoid', 'softmax'] as const).map((form) => speed?.[form]?.[key]);
  return numbers.every((number) => number === undefined) ? '–' : numbers.map((number) => number ?? '–').join(', ');
}

/** For each form, of the targets that were measured on one thread, the one that takes least time. */
function fastest(own: readonly PickedTarget[]): PickedTarget['speed'] {
  const best = (['sigmoid', 'softmax'] as const).flatMap((form) => {
    const measured = own.flatMap(({ speed }) => (speed?.[form]?.threads === 1 ? [speed[form]] : []));
    const [first] = measured.sort((one, other) => one.toCopy - other.toCopy);
    return first ? [[form, first] as const] : [];
  });
  return Object.fromEntries(best);
}

/** Needs of tests that are no words of their own. */
const needWords: Readonly<Record<string, string>> = { float64: 'double precision', release: 'a handle to release' };

/** Targets that lack the same things, with the number of tests that this leaves out. */
function list({ targets, tests }: Picking): string {
  const groups = new Map<string, string[]>();
  for (const target of targets) {
    const needs = Object.entries(target.missing).map(
      ([need, count]) => `${needWords[need] ?? need} (${count} test${count === 1 ? '' : 's'})`,
    );
    const known = target.knownFailures > 0 ? [`${target.knownFailures} known failures`] : [];
    const words =
      target.unavailable === undefined ? [...needs, ...known].join(', ') : 'everything: it could not run here';
    groups.set(words, [...(groups.get(words) ?? []), labelOf(target)]);
  }
  return [...groups]
    .map(([words, labels]) => `- ${words === '' ? `nothing of ${tests}` : words}: ${labels.join(', ')}`)
    .join('\n');
}

function range(values: readonly (number | undefined)[]): string {
  const known = values.flatMap((value) => value ?? []);
  if (known.length === 0) return '–';
  const [least, most] = [Math.min(...known), Math.max(...known)].map(ratioWords);
  return least === most ? least : `${least} to ${most}`;
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : `${(bytes / 1000).toFixed(1)} kB`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
