import { describe, expect, test } from 'vitest';
import { makeCase, makeEnvironment, makeRows } from '../test/reports.ts';
import { groupsOf, growthShapes, standardShapes } from './cases.ts';
import { isOnGpu, paths } from './paths.ts';
import { plotGrowth, plotPaths } from './plot.ts';
import { nameOf } from './report.ts';

const forms = ['sigmoid', 'softmax'] as const;
const grown = paths.filter(({ named }) => !named?.includes('growth')).map(({ path }) => path);
const rows = makeRows(groupsOf(standardShapes, forms, 'all').flat());
const growth = makeRows(groupsOf(growthShapes, forms, 'first').flat()).filter(({ path }) => grown.includes(path));

describe('the plot of paths', () => {
  test('is SVG with a title, the machine, a panel a shape and form, and every path by name but the GPU', async () => {
    const svg = await plotPaths(rows, makeEnvironment());
    expectWellFormed(svg);
    const texts = textsOf(svg);
    expect(texts).toContain('Loss and gradient: nanoseconds per logit (log scale, left is faster)');
    expect(texts).toContain('A Processor With A Long Name @ 2.10GHz, 2 cores; Node 24.0.0; PyTorch 1.13.0');
    for (const { rows, classes } of standardShapes) {
      for (const form of forms) expect(texts).toContain(`${rows}x${classes}, ${form}`);
    }
    for (const row of rows) expect(texts.includes(nameOf(row)), nameOf(row)).toBe(!isOnGpu(row));
    expect(texts).toEqual(
      expect.arrayContaining(['a quarter, scattered', 'all, side by side', 'a quarter, scattered, β drawn']),
    );
  });

  test('has one mark a measurement, and the first time of each line in figures without exponent', async () => {
    const one = makeRows([makeCase(), makeCase({ foreground: 1 })]);
    const svg = await plotPaths(one, makeEnvironment());
    const marks = svg.match(/aria-roledescription="point"/g);
    expect(marks).toHaveLength(one.filter((row) => !isOnGpu(row)).length);
    // Medians are 0.088 times powers of 1.25: here of the first, the fourth and the last path of the form.
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['0.088', '0.17', '270']));
    expect(textsOf(svg).filter((text) => /\de[+-]?\d/.test(text))).toEqual([]);
  });

  test('says when there is no PyTorch', async () => {
    const svg = await plotPaths(makeRows([makeCase()]), makeEnvironment({ torch: 'unavailable: eaten & <gone>' }));
    expectWellFormed(svg);
    expect(svg).toContain('no PyTorch');
  });

  test('takes the colours of the page, light or dark', async () => {
    const svg = await plotPaths(makeRows([makeCase()]), makeEnvironment());
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('currentColor');
    expect(svg).not.toMatch(/(?:fill|stroke)="(?:black|#000|#123456)"/);
  });

  test('keeps names that XML would misread', async () => {
    const svg = await plotPaths(makeRows([makeCase()]), makeEnvironment({ cpu: 'A <B> & "C"' }));
    expectWellFormed(svg);
    expect(svg).toContain('A &lt;B&gt; &amp;');
  });
});

test('the plot of growth is SVG with a title, both forms, and every path by name', async () => {
  const svg = await plotGrowth(growth, makeEnvironment());
  expectWellFormed(svg);
  const texts = textsOf(svg);
  expect(texts).toContain('Cost by number of classes at four million logits: 40,000 rows down to 4');
  expect(texts).toEqual(
    expect.arrayContaining(['sigmoid', 'softmax', 'classes', 'nanoseconds per logit', '100', '1M']),
  );
  for (const row of growth) expect(texts).toContain(nameOf(row));
});

function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
}

/** One root, every element closed by its own name, every ampersand part of an entity, no attribute twice, no NaN. */
function expectWellFormed(svg: string): void {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  const open: string[] = [];
  let end = 0;
  for (const match of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|</g)) {
    const [tag, closing, name, attributes = '', empty] = match;
    expect(tag, svg.slice(match.index, match.index + 80)).not.toBe('<');
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, attribute]) => attribute);
    expect(new Set(names).size).toBe(names.length);
    if (closing) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name);
    end = match.index + tag.length;
    if (open.length === 0) break;
  }
  expect(open).toEqual([]);
  expect(svg.slice(end).trim()).toBe('');
  expect(svg).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/);
  expect(svg).not.toContain('NaN');
}
