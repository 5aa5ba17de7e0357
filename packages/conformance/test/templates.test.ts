// The targets that `init` writes pass all that they claim, and the Python decoder reads every vector.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeTensor } from '../src/decode.ts';
import type { EncodedTensor } from '../src/format.ts';
import { loadVectors } from '../src/load.ts';
import { createMessageCheck } from '../src/message-check.ts';
import { runTarget } from '../src/open.ts';
import { countStatuses, failuresOf, type TargetReport } from '../src/results.ts';
import { stdioTarget } from '../src/stdio.ts';
import { listTests } from '../src/suite.ts';
import { wordBytes, writeWord } from '../src/words.ts';
import { createTarget as createJavaScript } from '../templates/target.js';
import { createTarget } from '../templates/target.ts';

const templates = fileURLToPath(new URL('../templates/', import.meta.url));
const packageFolder = fileURLToPath(new URL('../', import.meta.url));
const read = (name: string) => readFileSync(new URL(`../templates/${name}`, import.meta.url), 'utf8');
const files = await loadVectors();
const noPython = spawnSync('python3', ['--version']).status !== 0;

/** All passed, and what is of the essence was judged. */
function expectGreen(report: TargetReport): void {
  expect(failuresOf([report])).toEqual([]);
  expect(Object.keys(countStatuses(report.results)).sort()).toEqual(['pass', 'unsupported']);
  const passed = report.results.filter(({ status }) => status === 'pass');
  expect(passed.length).toBeGreaterThan(100);
  const clauses = new Set(passed.flatMap((result) => result.clauses));
  for (const clause of [
    'G1',
    'G4',
    'G5',
    'S1',
    'S2',
    'S3',
    'R1',
    'N1',
    'N2',
    'N3',
    'LABEL_RANGE',
    'RANK',
    'REDUCTION',
  ]) {
    expect(clauses).toContain(clause);
  }
  expect(report.results.filter(({ form, reason }) => form === 'softmax' && reason !== 'needs softmax form')).toEqual(
    [],
  );
}

test.each([
  ['TypeScript', createTarget],
  ['JavaScript', createJavaScript as typeof createTarget],
])('the template in %s is green', async (_, create) => {
  expectGreen(await runTarget('template', create, files));
});

test('the template in JavaScript is the one in TypeScript without its types', () => {
  const bare = (code: string) => code.replace(/\s+/g, '');
  expect(bare(read('target.js'))).toBe(bare(stripTypeScriptTypes(read('target.ts'))));
});

test('the template in TypeScript fits the options that tsc --init writes', { timeout: 120_000 }, () => {
  const tsc = fileURLToPath(new URL('../../../node_modules/typescript/lib/tsc.js', import.meta.url));
  const strict = '--strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --verbatimModuleSyntax';
  const module = '--ignoreConfig --module nodenext --target esnext --skipLibCheck --customConditions @eqloss/source';
  const args = ['--noEmit', '--pretty', 'false', ...strict.split(' '), ...module.split(' '), 'templates/target.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...args], { cwd: packageFolder, encoding: 'utf8' });
  expect(stderr).toBe('');
  // Our sources, which come along here and not in the package, have options of their own.
  expect(stdout.split('\n').filter((line) => line.startsWith('templates/') || line.startsWith('error'))).toEqual([]);
});

test('the template in Python is green, and keeps the schemas', { timeout: 120_000 }, async ({ skip }) => {
  skip(noPython, 'python3 is missing');
  const check = await createMessageCheck();
  expectGreen(await runTarget('template', () => stdioTarget('python3', [`${templates}target.py`], { check }), files));
});

test('the decoder in Python reads every tensor of the vectors, to the last bit', ({ skip }) => {
  skip(noPython, 'python3 is missing');
  // One line for each tensor: the SHA-256 of its values, packed again.
  const script = `
import hashlib, json, struct, sys
sys.path.insert(0, sys.argv[1])
from decode import CODES, decode

def walk(value):
    if isinstance(value, dict) and "dtype" in value and "shape" in value:
        values = decode(value)
        packed = struct.pack(f">{len(values)}{CODES[value['dtype']]}", *values)
        print(hashlib.sha256(packed).hexdigest())
    elif isinstance(value, dict):
        for each in value.values():
            walk(each)
    elif isinstance(value, list):
        for each in value:
            walk(each)

for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        walk(json.load(file))
`;
  const args = ['-c', script, templates, ...files.map(({ path }) => path)];
  const { stdout, stderr, status } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const wanted = files.flatMap(({ file }) => tensorsOf(file)).map(hashOf);
  expect(wanted.length).toBeGreaterThan(2000);
  expect(stdout.trim().split('\n')).toEqual(wanted);
});

test('the encoder in Python keeps every bit', ({ skip }) => {
  skip(noPython, 'python3 is missing');
  const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
from decode import decode, decode_number, encode
values = [float("nan"), float("inf"), float("-inf"), -0.0, 5e-324, 0.1, -1.7976931348623157e308]
print(json.dumps(encode(values)))
print(json.dumps([decode_number("3fb999999999999a"), decode(encode([0.1])) == (0.1,)]))
`;
  const { stdout } = spawnSync('python3', ['-c', script, templates], { encoding: 'utf8' });
  const [tensor, words] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(decodeTensor(tensor).data).toEqual(
    Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 0.1, -Number.MAX_VALUE),
  );
  expect(words).toEqual([0.1, true]);
});

test('FORMAT.md shows the decoder that is shipped and tested', () => {
  const format = readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8');
  const [, shown] = /```python\n(.*?)```/s.exec(format) ?? [];
  expect(shown).toBe(read('decode.py'));
});

test('every id is safe as the name of a file, on every system', () => {
  const ids = listTests(files).map((each) => each.test.id);
  for (const id of ids) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(id.length).toBeLessThanOrEqual(100);
    // Names of devices on Windows.
    expect(id).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/);
  }
  // Where case does not count, they still differ.
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
});

function tensorsOf(value: unknown): EncodedTensor[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('dtype' in value && 'shape' in value) return [value as EncodedTensor];
  return Object.values(value).flatMap(tensorsOf);
}

function hashOf(tensor: EncodedTensor): string {
  const { data } = decodeTensor(tensor);
  const size = wordBytes(tensor.dtype);
  const bytes = new Uint8Array(data.length * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) writeWord(view, i * size, tensor.dtype, data[i]);
  return createHash('sha256').update(bytes).digest('hex');
}
