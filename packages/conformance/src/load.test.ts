import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeTensor } from './encode.ts';
import type { VectorFile } from './format.ts';
import { loadVectors, VectorFileError, vectorsFolder } from './load.ts';

type Loose = { [key: string]: unknown } & unknown[];

let folder = '';
let good: VectorFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  good = JSON.parse(await readFile(join(vectorsFolder(), 'sigmoid-gate.json'), 'utf8'));
});

afterEach(() => rm(folder, { recursive: true }));

async function problemsOf(...contents: readonly unknown[]): Promise<VectorFileError> {
  for (const [i, content] of contents.entries()) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder, `${i}.json`), text);
  }
  return loadVectors(folder).then(
    () => {
      throw new Error('was accepted');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(VectorFileError);
      return error as VectorFileError;
    },
  );
}

/** A copy of the good file with one value replaced, or taken away. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(good)) as Loose;
  const keys = path.split('/').slice(1);
  const last = keys.pop() as string;
  const place = keys.reduce((at, key) => (at as Loose)[key as unknown as number] as Loose, copy) as Loose;
  if (value === undefined) delete place[last as unknown as number];
  else place[last as unknown as number] = value;
  return copy;
}

test('one file and a folder of files are read', async () => {
  const path = join(folder, 'a.json');
  await writeFile(path, JSON.stringify(good));
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  expect(await loadVectors(path)).toEqual([{ path, file: good, hash }]);
  expect(await loadVectors(folder)).toEqual([{ path, file: good, hash }]);
});

test('one bad file keeps back the good ones', async () => {
  const error = await problemsOf(good, changed('/spec', 'one'));
  expect(error.problems).toMatchObject([{ file: join(folder, '1.json'), path: '/spec' }]);
  expect(error.message).toContain('1.json, at /spec');
});

test('no JSON, no file and no folder are named', async () => {
  expect((await problemsOf('{')).message).toMatch(/0\.json.*not readable as JSON/);
  await rm(join(folder, '0.json'));
  await expect(loadVectors(folder)).rejects.toThrow('no vector file');
  await expect(loadVectors(join(folder, 'nothing'))).rejects.toThrow(VectorFileError);
});

test('an id may come once over all files', async () => {
  const error = await problemsOf(good, good);
  expect(error.problems[0]).toMatchObject({ test: good.groups[0].tests[0].id, path: '/groups/0/tests/0/id' });
});

const TEST = '/groups/0/tests/0';
const doubles = (count: number, shape = [count]) => encodeTensor(new Float64Array(count), shape);

test.each<[string, string, unknown, string?]>([
  ['an unknown key', `${TEST}/colour`, 'red', TEST],
  ['a missing key', `${TEST}/dtypes`, undefined, TEST],
  ['an id with capitals', `${TEST}/id`, 'Gate'],
  ['a tensor in two encodings', `${TEST}/inputs/logits/base64`, '', `${TEST}/inputs/logits`],
  ['a threshold as a number', `${TEST}/options/threshold`, 0.5],
  ['a tolerance looser than the spec', '/groups/0/tolerances/float32/loss/abs', 1e-3],
  ['a flag without a note', `${TEST}/flags`, ['no-such-flag'], `${TEST}/flags/0`],
  ['a note without a test', '/notes/lonely', { catches: 'Nothing.', clauses: ['G1'] }, '/notes/lonely'],
  ['a clause that does not exist', '/notes/gate-strict/clauses', ['G9'], '/notes/gate-strict/clauses/0'],
  ['upper-case words', `${TEST}/expected/loss/rows`, ['3FF0000000000000'], `${TEST}/expected/loss`],
  ['a NaN with a payload', `${TEST}/expected/loss/rows`, ['7ff8000000000001'], `${TEST}/expected/loss`],
  ['a missing word', `${TEST}/expected/rowLosses/rows`, ['3ff0000000000000'], `${TEST}/expected/rowLosses`],
  ['a gradient of another shape', `${TEST}/expected/gradient`, doubles(4), `${TEST}/expected/gradient/shape`],
  ['frequencies of another length', `${TEST}/inputs/frequencies`, doubles(4), `${TEST}/inputs/frequencies/shape`],
  ['labels of another length', `${TEST}/inputs/labels`, [0, 1], `${TEST}/inputs/labels`],
  ['a label outside the range', `${TEST}/inputs/labels`, [0, 1, 2, 6], `${TEST}/inputs/labels`],
  ['neither labels nor targets', `${TEST}/inputs/labels`, undefined, `${TEST}/inputs`],
  ['labels and targets', `${TEST}/inputs/targets`, doubles(20, [4, 5]), `${TEST}/inputs`],
  ['a foreground of 2', `${TEST}/inputs/foreground`, [2, 0, 0, 0], `${TEST}/inputs/foreground`],
  ['no threshold', `${TEST}/options/threshold`, undefined, `${TEST}/options`],
  ['an unknown reduction', `${TEST}/options/reduction`, 'average'],
  ['no loss for reduction sum', `${TEST}/expected/loss`, undefined, `${TEST}/expected`],
  ['an unknown error code', `${TEST}/expected`, { error: 'OOPS' }, `${TEST}/expected/error`],
  [
    'logits that single precision cannot hold',
    `${TEST}/inputs/logits`,
    encodeTensor(new Float64Array(20).fill(0.1), [4, 5]),
    `${TEST}/inputs/logits`,
  ],
  [
    'integer logits with outputs',
    `${TEST}/inputs/logits`,
    encodeTensor(new Int32Array(20), [4, 5]),
    `${TEST}/inputs/logits/dtype`,
  ],
  [
    'frequencies in single precision',
    `${TEST}/inputs/frequencies`,
    encodeTensor(new Float32Array(5), [5]),
    `${TEST}/inputs/frequencies/dtype`,
  ],
])('%s is refused with its place', async (_, path, value, reported = path) => {
  const error = await problemsOf(changed(path, value));
  expect(error.problems.map((problem) => problem.path)).toContain(reported);
  if (path.startsWith(TEST) && !path.endsWith('/id')) expect(error.problems[0].test).toBe(good.groups[0].tests[0].id);
});

test('subnormal expectations need a tolerance that lets them be flushed', async () => {
  const tight = changed('/groups/0/tolerances/float32/loss/abs', 1e-45);
  const loss = encodeTensor(Float64Array.of(1e-40), []);
  (tight as VectorFile & { groups: { tests: { expected: { loss: unknown } }[] }[] }).groups[0].tests[0].expected.loss =
    loss;
  const error = await problemsOf(tight);
  expect(error.problems[0]).toMatchObject({ path: `${TEST}/expected/loss` });
});

test('vectors of another major version of SPEC.md are refused, of a later minor version taken', async () => {
  const { problems } = await problemsOf({ ...good, spec: '2.0' });
  expect(problems).toMatchObject([{ path: '/spec', message: 'version 2.0 of SPEC.md; this runner judges 1.x' }]);
  await writeFile(join(folder, '0.json'), JSON.stringify({ ...good, spec: '1.1' }));
  expect(await loadVectors(folder)).toHaveLength(1);
});

test.each(['../outside', 'a/b', 'a\\b', 'a:b', '.', '', 'Upper', 'a--b', '-a', 'nul\0', 'a b', 'ä', 'x'.repeat(101)])(
  'the id %j, which is no safe name of a file, is refused',
  async (id) => {
    const { problems } = await problemsOf(changed('/groups/0/tests/0/id', id));
    expect(problems[0].path).toBe('/groups/0/tests/0/id');
  },
);
