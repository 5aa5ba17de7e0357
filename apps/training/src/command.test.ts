import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Command, type CommonOptions, type Outcome, runCommand } from './command.ts';

const scores = { accuracy: 0.5, tail: 0.25, mid: 0.5, head: 0.75, balanced: 0.5 };
const outcome: Outcome = {
  trials: [1, 2].map((seed) => ({ title: 'ce', seconds: 2 * seed, scores: { ...scores, tail: 0.2 * seed } })),
  columns: ['accuracy', 'tail'],
  legend: 'Right answers in %.',
  decimals: 1,
  record: { rows: 2 },
};
let folder: string;
let said: { out: string; err: string };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-command-'));
  said = { out: '', err: '' };
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function run(train: () => Promise<Outcome>, out?: string): Promise<number> {
  const options: CommonOptions<unknown> = { methods: [], seeds: [1, 2], epochs: 2, out };
  const command: Command<CommonOptions<unknown>> = { usage: 'usage', parse: () => options, train };
  return runCommand(command, []);
}

test('the table, what it means, how long it took and how far seeds lie apart; the file, whole', async () => {
  const out = join(folder, 'x.json');
  expect(await run(async () => outcome, out)).toBe(0);
  expect(said.out).toBe(
    'method  accuracy  tail\nce          50.0  30.0\n\nRight answers in %. An epoch took 1.0 to 2.0 s. Means; seeds lie at most 20.0\npoints apart.\n',
  );
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({ rows: 2 });
  expect(readdirSync(folder)).toEqual(['x.json']);
});

test('a training that fails is 1, says why, and leaves no file', async () => {
  const failing = (): Promise<Outcome> => Promise.reject(new Error('no memory'));
  expect(await run(failing, join(folder, 'x.md'))).toBe(1);
  expect(said).toEqual({ out: '', err: 'train: no memory\n' });
  expect(readdirSync(folder)).toEqual([]);
});

test('scores that are no numbers are 1', async () => {
  const [trial] = outcome.trials;
  const lost = { ...outcome, trials: [{ ...trial, scores: { ...scores, tail: Number.NaN } }] };
  expect(await run(async () => lost)).toBe(1);
});

test('a bad call is 2, before any training', async () => {
  const train = vi.fn(async () => outcome);
  expect(await run(train, join(folder, 'no', 'x.md'))).toBe(2);
  expect(said.err).toMatch(/^train: .*no/);
  expect(existsSync(join(folder, 'no'))).toBe(false);
  expect(train).not.toHaveBeenCalled();
});
