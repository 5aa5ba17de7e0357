import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { suite } from '../../test/fakes.ts';
import { runCli } from '../../test/run-cli.ts';
import { DEFAULT_DRAW } from '../fuzz/fuzz.ts';
import { drawOf } from './draw.ts';

// Each test starts a few processes, and a busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const target = fileURLToPath(new URL('../../test/target.ts', import.meta.url));
const program = fileURLToPath(new URL('../../test/child.ts', import.meta.url));

let folder: string;
let vectors: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-draw-'));
  vectors = join(folder, 'sigmoid.json');
  writeFileSync(vectors, JSON.stringify(suite[0].file));
});

afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], FAKE = 'plain') => runCli(args, { cwd: folder, env: { FAKE } });

const { count, seed } = DEFAULT_DRAW;

test('a plain run draws the same few batches each time; a part of the tests draws none; who asks gets new ones', () => {
  expect(count).toBe(20);
  expect(drawOf({})).toEqual({ count, seed });
  for (const part of [{ filter: 'S1' }, { vectors: 'x.json' }, { shard: { index: 1, count: 2 } }]) {
    expect(drawOf(part).count).toBe(0);
    expect(drawOf({ ...part, fuzz: 5 }).count).toBe(5);
    expect(drawOf({ ...part, seed: 8 })).toEqual({ count, seed: 8 });
  }
  expect(drawOf({ fuzz: 0 }).count).toBe(0);
  expect(drawOf({ fuzz: 7, seed: 8 })).toEqual({ count: 7, seed: 8 });
  expect(drawOf({ fuzz: 7 }).seed).not.toBe(drawOf({ fuzz: 7 }).seed);
});

test('a right target passes what a plain run draws, and is told how to draw it again', async () => {
  const { code, out, err } = await run(['run', target]);
  expect(out).toContain('✓ PASSED');
  expect(code).toBe(0);
  expect(err).toContain(`${count} batches were drawn beside the vectors; again with --fuzz ${count} --seed ${seed}`);
});

test('a target that knows the vectors by heart is 1; without drawn batches it would be 0', async () => {
  expect((await run(['run', target, '--fuzz', '0'], 'by-heart')).code).toBe(0);
  const { code, out, err } = await run(['run', target], 'by-heart');
  expect(code).toBe(1);
  expect(out).toContain(`fuzz-${seed}-`);
  expect(err).toMatch(new RegExp(`fuzz-${seed}-\\d+ shrunk: \\w+ in float64, .* expected `));
  // Nobody asked for a file, and the verdict stays the last thing on the screen.
  expect(err).toContain('--fuzz-out FOLDER writes it as a file for --vectors');
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/^✗ FAILED/);
});

test('a finding is printed as a vector file, which --vectors takes and which fails again', async () => {
  const args = ['--vectors', vectors, '--fuzz', '4', '--seed', '5'];
  const { out } = await run(['run', target, ...args], 'by-heart');
  const [, text] = /^(\{\n.*?^\})$/ms.exec(out) ?? [];
  writeFileSync(join(folder, 'found.json'), text);
  const wrong = await run(['run', target, '--vectors', 'found.json'], 'by-heart');
  expect(wrong.out).toMatch(/✗ fake {2}fuzz-5-\d/);
  expect(wrong.err).not.toContain('batches were drawn');
  expect(wrong.code).toBe(1);
  expect((await run(['run', target, '--vectors', 'found.json'])).code).toBe(0);
});

test('--fuzz-out writes one file for each finding, and the report on standard output stays alone there', async () => {
  const args = ['--vectors', vectors, '--fuzz', '12', '--seed', '5', '--fuzz-out', 'found', '--json'];
  const { code, out, err } = await run(['run', target, ...args], 'by-heart');
  expect(code).toBe(1);
  const results = out
    .trim()
    .split('\n')
    .map((line): { type: string; id: string; status: string } => JSON.parse(line));
  expect(results.filter(({ type, id }) => type === 'result' && id.startsWith('fuzz-5-'))).toHaveLength(12);
  const names = readdirSync(join(folder, 'found'));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    expect(name).toMatch(/^fuzz-5-\d+\.json$/);
    expect(err).toContain(`--vectors ${join('found', name)}`);
  }
  expect((await run(['run', target, '--vectors', 'found'])).code).toBe(0);
  expect((await run(['run', target, '--vectors', 'found'], 'by-heart')).code).toBe(1);
});

test('a program that crashes is started again for every batch, however often', async () => {
  const line = `"${process.execPath}" "${program}" crashes-on-two-rows`;
  const args = ['--stdio', line, '--filter', 'sigmoid-small-losses-background-10', '--fuzz', '6', '--seed', '1'];
  const { code, out, err } = await run(['run', ...args, '--fuzz-out', 'found']);
  expect(code).toBe(1);
  expect(out).not.toContain('target is gone');
  expect(err).toMatch(/shrunk: .* 2 rows of 1 class, .* The target: the process ended with code 3\.$/m);
  const [name] = readdirSync(join(folder, 'found'));
  expect(JSON.parse(readFileSync(join(folder, 'found', name), 'utf8')).groups[0].tests[0].inputs.logits.shape).toEqual([
    2, 1,
  ]);
});

test('known failures cover drawn batches, and an entry about them is never stale', async () => {
  const entry = { target: 'fake', id: 'fuzz-*', reason: 'by heart', link: 'https://example.org', clause: 'N4' };
  writeFileSync(join(folder, 'known.json'), JSON.stringify([entry]));
  const known = ['--known-failures', 'known.json'];
  const { code, out } = await run(['run', target, ...known], 'by-heart');
  expect(code).toBe(0);
  expect(out).toMatch(/known failure/);
  expect((await run(['run', target, ...known])).code).toBe(0);
  expect((await run(['run', target, '--fuzz', '0', ...known])).code).toBe(0);
});

test.each([
  [['--fuzz', 'many'], '--fuzz takes a whole number from 0 on, not "many"'],
  [['--seed', '-1'], '--seed'],
  [['--seed', '4294967296'], '--seed takes a whole number from 0 to 4294967295'],
  [['--fuzz-out', '/dev/null/x'], 'cannot be written'],
])('%s is 2', async (args, words) => {
  const { code, err } = await run(['run', target, ...args]);
  expect(code).toBe(2);
  expect(err).toContain(words);
});
