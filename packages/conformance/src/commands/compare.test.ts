import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { files } from '../../test/all-statuses.ts';
import { answer, fakeTarget, spoil } from '../../test/fakes.ts';
import { runCli } from '../../test/run-cli.ts';
import { renderNdjson } from '../ndjson.ts';
import { recordRun } from '../record.ts';
import { runSuite } from '../run.ts';

// Each test starts a process.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
const run = (...args: readonly string[]) => runCli(args, { cwd: folder, env: { NO_COLOR: '1' } });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-compare-'));
  const reports = {
    good: await runSuite(fakeTarget(answer), files),
    bad: await runSuite(fakeTarget(spoil((outputs) => ({ ...outputs, rowLosses: [0, 0] }))), files),
  };
  for (const [name, report] of Object.entries(reports)) {
    writeFileSync(join(folder, `${name}.ndjson`), renderNdjson(recordRun([report], files)));
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('compare', () => {
  test('is 0 when nothing is worse', async () => {
    const { code, out, err } = await run('compare', 'bad.ndjson', 'good.ndjson');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('✓ better: 3');
    expect(out).toContain('✓ NO REGRESSION  among 4 common tests; 3 fixes');
  });
  test('is 1 when something is', async () => {
    const { code, out } = await run('compare', 'good.ndjson', 'bad.ndjson');
    expect(code).toBe(1);
    expect(out).toContain('    sum-one-row: pass → fail: rowLosses has 2 values, 1 wanted for shape [1]\n');
    expect(out).toContain('✗ WORSE  3 regressions');
  });
  test('gives an object with --json', async () => {
    const { code, out } = await run('compare', 'good.ndjson', 'bad.ndjson', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: false,
      regressions: [{ target: 'fake', runtime: 'node', id: 'sum-one-row', from: 'pass', to: 'fail' }, {}, {}],
    });
  });
  test('is 2 for what is no report, with file and line', async () => {
    const whole = readFileSync(join(folder, 'good.ndjson'), 'utf8');
    writeFileSync(join(folder, 'cut.ndjson'), whole.slice(0, whole.length / 2));
    const cut = await run('compare', 'good.ndjson', 'cut.ndjson');
    expect(cut.code).toBe(2);
    expect(cut.err).toMatch(/^eqloss-conformance: cut\.ndjson, line \d: is cut off, and the report with it/);
    const none = await run('compare', 'good.ndjson', 'none.ndjson');
    expect([none.code, none.err]).toEqual([2, 'eqloss-conformance: there is no none.ndjson\n']);
    const one = await run('compare', 'good.ndjson');
    expect(one.code).toBe(2);
    expect(one.err).toContain("missing required argument 'B'");
  });
});

test('what a report says does not steer the terminal when the report is told to be bad', async () => {
  const whole = readFileSync(join(folder, 'good.ndjson'), 'utf8');
  writeFileSync(
    join(folder, 'odd.ndjson'),
    whole.replace('"target":"fake","runtime":"node","id"', '"target":"\\u001b[2J\\u202E","runtime":"node","id"'),
  );
  const { code, err } = await run('compare', 'good.ndjson', 'odd.ndjson');
  expect(code).toBe(2);
  expect(err).toMatch(/odd\.ndjson, line 2: at \/target: .* is not among the targets of the header\n$/);
  expect(err).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
});

describe('badge', () => {
  test('is written, also of a failure, and told', async () => {
    const { code, out } = await run('badge', 'bad.ndjson', '--out', 'deep/badge.svg');
    expect([code, out]).toEqual([0, 'EQL conformance: ✗ 3 of 4 failed\n']);
    expect(readFileSync(join(folder, 'deep', 'badge.svg'), 'utf8')).toContain(
      '<title>EQL conformance: ✗ 3 of 4 failed</title>',
    );
  });
  test('is of one target when it is named', async () => {
    const { out } = await run('badge', 'good.ndjson', '--target', 'fake', '--out', 'b.svg');
    expect(out).toBe('EQL conformance: fake: ✓ 4 of 4\n');
    const typo = await run('badge', 'good.ndjson', '--target', 'fkae', '--out', 'typo.svg');
    expect([typo.code, typo.err]).toEqual([
      2,
      'eqloss-conformance: there is no target "fkae" in the report; it has fake\n',
    ]);
    expect(existsSync(join(folder, 'typo.svg'))).toBe(false);
  });
  test('of one shard says how much of the whole it is', async () => {
    const target = fileURLToPath(new URL('../../test/target.ts', import.meta.url));
    writeFileSync(join(folder, 'vectors.json'), JSON.stringify(files[0].file));
    await run('run', target, '--vectors', 'vectors.json', '--shard', '1/2', '--report', 'json=shard.ndjson');
    const [header] = readFileSync(join(folder, 'shard.ndjson'), 'utf8').split('\n');
    expect(JSON.parse(header).targets[0]).toMatchObject({ target: 'fake', shard: '1/2' });
    expect((await run('badge', 'shard.ndjson', '--out', 'b.svg')).out).toBe('EQL conformance: ✓ 2 of 4\n');
  });
  test('needs a place', async () => {
    const nowhere = await run('badge', 'good.ndjson');
    expect([nowhere.code, nowhere.err]).toEqual([
      2,
      "eqloss-conformance: required option '--out <FILE>' not specified\n",
    ]);
    const odd = await run('badge', 'good.ndjson', '--out', 'good.ndjson/b.svg');
    expect(odd.code).toBe(2);
  });
});
