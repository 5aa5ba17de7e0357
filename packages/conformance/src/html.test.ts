import { beforeAll, describe, expect, test } from 'vitest';
import { hostile, runEverything } from '../test/all-statuses.ts';
import { ratioAxis, tickWords } from './html/axis.ts';
import { renderHtml } from './html.ts';
import { unavailableReport } from './open.ts';
import type { RunRecord } from './record.ts';
import type { TargetReport, TestResult } from './results.ts';

let record: RunRecord;
let page: string;

beforeAll(async () => {
  record = await runEverything();
  page = renderHtml(record);
});

const only = (...names: string[]): RunRecord => {
  return { ...record, reports: record.reports.filter(({ target }) => names.includes(target)), failures: [] };
};
/** The part of a page under a heading. */
const section = (id: string, of: string = page) => of.split(`<h2 id="${id}">`)[1]?.split('</section>')[0] ?? '';

describe('what comes from outside', () => {
  test('is never a script, a picture, a handler, or a link that is no address of the web', () => {
    expect(page).not.toMatch(/<script|<img|<link|<iframe|<object|@import|url\(/i);
    expect(page).not.toMatch(/<[^>]+\son\w+=/i);
    expect(page).not.toMatch(/href="(?!https?:|#)/i);
    expect(page.match(/&#60;script&#62;globalThis/g)?.length).toBeGreaterThan(5);
    expect(section('open')).toContain('<li>javascript:globalThis.hacked = 3</li>');
  });
  test('is told with its control characters and changes of direction in sight', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
    expect(page).toContain('[U+202E]reversed');
  });
  test('does not make the page endless', () => {
    expect(page.length).toBeLessThan(200_000);
    expect(page).toContain('more characters)');
  });
  test('may be a date, a spec, a host, a file name or a hash as well', () => {
    const { vectors } = record;
    const bad = { date: hostile, spec: hostile, host: { [hostile]: hostile }, failures: [hostile] };
    const odd = renderHtml({ ...record, ...bad, vectors: [{ ...vectors[0], file: hostile, sha256: hostile }] });
    // What is quoted is a value.
    expect(odd.replace(/"[^"]*"/g, '""')).not.toMatch(/<script|<img|<[^>]+\son\w+=/i);
    expect(odd).toContain('datetime="&#60;script');
  });
  test.each([
    ['https://example.org/a?b=c&d', true],
    ['http://example.org', true],
    ['javascript:alert(1)', false],
    ['JaVaScRiPt:alert(1)', false],
    ['data:text/html,x', false],
    ['https://', false],
    ['https://example.org/" onclick="x', false],
    [' https://example.org', false],
    ['//example.org', false],
  ])('the address %j is a link: %s', (link, isLink) => {
    const results: TestResult[] = [{ id: 'x', form: 'sigmoid', status: 'skipped', clauses: [], reason: 'no', link }];
    const shown = section('open', renderHtml({ ...record, reports: [{ target: 'x', runtime: 'node', results }] }));
    expect(shown.includes('<a href="http')).toBe(isLink);
  });
});

test('the page needs nothing from elsewhere, and a browser is told to load nothing', () => {
  expect(page).not.toMatch(/<[^>]*\ssrc=|<base/);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
});

describe('the page', () => {
  test('begins with the verdict and why', () => {
    expect(page).toContain('<strong>✗ Failed</strong> <span class="counts">9 pass, ');
    expect(page).toContain('<li>off (chromium): 3 failed</li>');
    expect(renderHtml(only('core'))).toContain('<strong>✓ Passed</strong> <span class="counts">4 pass, 1 of 1 target');
  });
  test('has a heading for each section, and a way to it', () => {
    const ids = [...page.matchAll(/<h2 id="(\w+)">/g)].map(([, id]) => id);
    expect(ids).toEqual(['matrix', 'failures', 'known', 'open', 'ratios', 'logits', 'environments', 'vectors']);
    for (const id of ids) expect(page).toContain(`<a href="#${id}">`);
    expect(page).toContain('<a class="skip" href="#content">');
  });
  test('tells in words what a cell shows, by family and by clause', () => {
    const matrix = section('matrix');
    expect(matrix).toContain('<span aria-hidden="true">✗ 3/4</span><span class="spoken">3 of 4 failed</span>');
    for (const clause of ['S2', 'S3', 'R1', 'LABEL_RANGE']) expect(matrix).toContain(`<th scope="col">${clause}</th>`);
    expect(matrix).toContain('<th scope="row">core</th>');
    expect(matrix).toContain('– unavailable, see below');
    expect(matrix).toContain('✗ your harness is wrong, see below');
  });
  test('shows failures with what they have in common and their worst elements', () => {
    const failures = section('failures');
    expect(failures).toContain('<bdi>off (chromium)</bdi></strong> 3 fail</summary>');
    expect(failures).toContain('<bdi>known</bdi></strong> 1 unexpected pass</summary>');
    expect(failures).toContain('<li>plain, 2 of 2 failed; catches: a wrong loss</li>');
    expect(failures).toContain(
      '<th scope="row">gradient[1]</th><td>3.00</td><td>0.500000000003</td><td>0.5</td><td>3fe000000000698e</td>',
    );
    expect(failures).toContain('<td>another kind</td><td>NaN</td>');
    expect(section('failures', renderHtml(only('core')))).toContain('<p>None.</p>');
  });
  test('opens the failures where one target alone failed', () => {
    expect(section('failures', renderHtml(only('core', 'nan')))).toContain('<details open>');
    expect(section('failures')).not.toContain('<details open>');
  });
  test('shows the first failures whole and counts the others', () => {
    const [first] = record.reports[1].results;
    const results = Array.from({ length: 600 }, (_, i) => ({ ...first, id: `test-${i}` }));
    const long = section('failures', renderHtml({ ...record, reports: [{ ...record.reports[1], results }] }));
    expect(long).toContain('… and 560 more');
    expect(long).toContain('test-599');
    expect(long.match(/Worst elements of/g)).toHaveLength(40);
  });
  test('lists known failures once a reason, with clause, link and tests', () => {
    const known = section('known');
    expect(known).toContain(
      '<td>log(0) is -88 (N2)</td><td><a href="https://example.org/1" rel="noopener noreferrer">',
    );
    expect(known).toContain('<summary>3 tests</summary>');
    expect(known).toContain('<li>sum-one-row: gradient: 2 of 2 beyond tolerance</li>');
  });
  test('tells what was not judged and why, once a reason', () => {
    const open = section('open');
    expect(open).toContain('1 unsupported, which need background (1): <bdi>narrow</bdi>');
    expect(open).toContain('unavailable: no adapter &#60;script');
    expect(open).toContain('<strong><bdi>gone</bdi></strong>: your harness is wrong: the target did not start');
    expect(open).not.toContain('log(0)');
    const part = { ...only('core').reports[0], filter: '<S1>', shard: '1/4' };
    expect(section('open', renderHtml({ ...record, reports: [part] }))).toContain(
      'only a part of the tests was wanted, the filter &#34;&#60;S1&#62;&#34; and shard 1/4: <bdi>core</bdi>',
    );
    const everything = { ...only('core'), reports: only('core').reports };
    expect(section('open', renderHtml(everything))).toContain('Everything was judged.');
  });
  test('has environments and claims as tables, without paths of this machine', () => {
    const environment = { vulkanDriver: '/usr/lib/driver.json', engine: 'x/y 1.2', device: 'a GPU' };
    const shown = section(
      'environments',
      renderHtml({ ...only('core'), reports: [{ ...record.reports[0], environment }] }),
    );
    expect(shown).toContain('<th scope="col">engine</th><th scope="col">device</th>');
    expect(shown).toContain('<th scope="row">core</th><td>1.0.0</td><td>x/y 1.2</td><td>a GPU</td>');
    expect(shown).not.toContain('/usr/lib');
    expect(shown).toContain('<td>loss, rowLosses, gradient</td>');
  });
});

describe('plots', () => {
  const figures = (of: string) => of.split('<figure>').slice(1);

  test('of ratios have a title, a named axis, the tolerance, words for those who do not see them, and a table', () => {
    const all = figures(section('ratios'))[0];
    expect(all).toContain('<figcaption>All tests</figcaption>');
    expect(all).toMatch(/role="img" aria-label="All tests\. 3 of 5 beyond the tolerance; the worst ratio is ∞, of \w+/);
    expect(all).toContain('ratio to the tolerance (log scale)</text>');
    expect(all).toContain('>tolerance</text>');
    expect(all).toMatch(/<th scope="row">off \(chromium\)<\/th><td>3<\/td><td>3<\/td><td>3<\/td><td>sum-one-row<\/td>/);
  });
  test('tell by shape what is beyond the tolerance', () => {
    const [all] = figures(section('ratios'));
    expect(all.match(/class="mark within"/g)).toHaveLength(2);
    expect(all.match(/class="mark beyond"/g)).toHaveLength(3);
  });
  test('are one a target with a row for each clause, where there are few targets', () => {
    const [figure, ...others] = figures(section('ratios', renderHtml(only('core'))));
    expect(others).toEqual([]);
    expect(figure).toContain('<figcaption>core</figcaption>');
    for (const row of ['all', 'S2', 'S3', 'R1']) expect(figure).toContain(`<th scope="row">${row}</th>`);
    expect(figure).not.toContain('LABEL_RANGE');
  });
  test('of errors by logit are shared by targets with the same numbers', () => {
    const logits = figures(section('logits'));
    expect(logits.map((figure) => /<figcaption>(.*)<\/figcaption>/.exec(figure)?.[1])).toEqual([
      'core',
      'off*',
      'nan',
      'known',
      'narrow',
    ]);
    expect(logits[1]).toContain(
      'Beyond the tolerance in 1 of 1 bins; the worst ratio is 3, at logits between −0.125 and 0.125.',
    );
    expect(logits[2]).toContain(
      '<th scope="row">between −0.125 and 0.125</th><td>10</td><td>–</td><td>10</td><td>10</td>',
    );
    expect(logits[2]).toContain('logit (symmetric log scale)');
    const same = {
      ...only('core'),
      reports: ['a', 'b'].map((target): TargetReport => ({ ...record.reports[0], target })),
    };
    expect(figures(section('logits', renderHtml(same)))).toHaveLength(1);
  });
  test('say so when there is nothing to draw', () => {
    const bare = renderHtml({ ...record, reports: [unavailableReport('gone', 'no GPU', [])] });
    expect(section('ratios', bare)).toContain('No numbers were compared.');
    expect(section('logits', bare)).toContain('No gradient was compared.');
  });
  test('pass over a target whose errors are an empty list', () => {
    const empty = { ...record, reports: [{ ...record.reports[0], errorByLogit: [] }] };
    expect(section('logits', renderHtml(empty))).toContain('No gradient was compared.');
  });
  test('have whole decades, with the tolerance among their labels', () => {
    for (const ratios of [[], [0.5], [3e-5, 2e4], [1e-300, 1e300], [0, Number.POSITIVE_INFINITY]]) {
      const { scale, ticks } = ratioAxis(ratios, [0, 100], 5);
      expect(ticks, String(ratios)).toContain(1);
      expect(ticks.length).toBeLessThanOrEqual(5);
      for (const ratio of ratios.filter(Boolean)) expect(scale(ratio)).toBeGreaterThanOrEqual(0);
      expect(scale(1e300)).toBeLessThanOrEqual(100);
    }
    expect([1e-4, 0.01, 1, 1000, 1e6].map(tickWords)).toEqual(['10⁻⁴', '0.01', '1', '1000', '10⁶']);
  });
});

test('a run without any target is a page too', () => {
  expect(renderHtml({ ...record, reports: [], vectors: [] })).toContain('✗ Failed');
});
