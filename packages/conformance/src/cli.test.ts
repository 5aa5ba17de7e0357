import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { suite } from '../test/fakes.ts';
import { runCli, startCli } from '../test/run-cli.ts';
import { main } from './command.ts';

const target = fileURLToPath(new URL('../test/target.ts', import.meta.url));
const fakes = fileURLToPath(new URL('../test/fakes.ts', import.meta.url));
const program = fileURLToPath(new URL('../test/child.ts', import.meta.url));

// Each test starts a few processes.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let vectors: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-cli-'));
  vectors = join(folder, 'sigmoid.json');
  writeFileSync(vectors, JSON.stringify(suite[0].file));
});

afterEach(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return startCli(args, { env, cwd: folder });
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const { code, out, err } = await runCli(args, { env, cwd: folder });
  return { code, out: sentences(out), err };
}

/** Text without colours and line breaks: where a line is wrapped depends on where the checkout lies. */
function sentences(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ');
}

const withVectors = (...rest: string[]) => ['run', target, '--vectors', vectors, ...rest];

test('a passing module is 0, and all reports are written', async () => {
  const { code, out } = await run(
    withVectors('--report', 'json=r/report.ndjson,junit=r/junit.xml', '--report', 'html=r/i.html'),
  );
  expect(code).toBe(0);
  expect(out).toContain('✓ PASSED 4 pass, 1 of 1 target available');
  expect(readdirSync(join(folder, 'r')).sort()).toEqual(['i.html', 'junit.xml', 'report.ndjson']);
  expect(readFileSync(join(folder, 'r', 'report.ndjson'), 'utf8').split('\n')).toHaveLength(7);
});

test('a failure is 1', async () => {
  const { code, out } = await run(withVectors(), { FAKE: 'off' });
  expect(code).toBe(1);
  expect(out).toContain('rowLosses has 3 values, 2 wanted for shape [2]');
});

test('known failures make it 0, an unexpected pass 1 again', async () => {
  const entry = { target: 'fake', reason: 'odd', link: 'https://example.org', clause: 'S2' };
  const file = join(folder, 'known.json');
  const failing = ['sum-one-row', 'mean-two-rows', 'none-background'].map((id) => ({ ...entry, id }));
  writeFileSync(file, JSON.stringify(failing));
  expect((await run(withVectors('--known-failures', file), { FAKE: 'off' })).code).toBe(0);
  writeFileSync(file, JSON.stringify([...failing, { ...entry, id: 'label-*' }]));
  expect((await run(withVectors('--known-failures', file), { FAKE: 'off' })).code).toBe(1);
  writeFileSync(file, JSON.stringify([...failing, { ...entry, id: '*', target: 'fkae' }]));
  const typo = await run(withVectors('--known-failures', file), { FAKE: 'off' });
  expect(typo.code).toBe(0);
  expect(typo.err).toContain('known failures of other targets were not used: fkae');
});

test('an unavailable target, or a filter that matches nothing, is 1: no test was run', async () => {
  const unavailable = await run(withVectors(), { FAKE: 'unavailable' });
  expect(unavailable.code).toBe(1);
  expect(unavailable.out).toContain('unavailable: no such device');
  const nothing = await run(withVectors('--filter', 'no-such-test'));
  expect(nothing.code).toBe(1);
  expect(nothing.out).toContain('no test was run: nothing matches the filter "no-such-test"');
});

test('--filter takes a clause', async () => {
  const { code, out } = await run(withVectors('--filter', 'LABEL_RANGE'));
  expect(code).toBe(0);
  expect(out).toContain('✓ PASSED 1 pass');
});

test('--json: standard output is the report in JSON and nothing else, words go to standard error', async () => {
  const { code, out, err } = await runCli(withVectors('--json'), { cwd: folder, env: { FAKE: 'chatty' } });
  expect(code).toBe(0);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).type);
  expect(lines).toEqual(['header', 'result', 'result', 'result', 'result', 'footer']);
  expect(err).toContain('hello from the module');
  expect(err).toContain('hello from run');
  const failing = await runCli(withVectors('--json'), { cwd: folder, env: { FAKE: 'off' } });
  expect(failing.code).toBe(1);
  expect(failing.err).toContain('eqloss-conformance: fake: 3 failed');
});

test.each(['module', 'program'])('--validate: an honest %s passes, in both directions', async (kind) => {
  const words = kind === 'module' ? [target] : ['--stdio', `"${process.execPath}" "${program}" honest`];
  const { code, out } = await run(['run', ...words, '--vectors', vectors, '--validate']);
  expect(out).toContain('✓ PASSED 4 pass');
  expect(code).toBe(0);
});

test('--validate: what breaks the schema is the error of its test, with place and value', async () => {
  const words = ['run', '--stdio', `"${process.execPath}" "${program}" extra-key`, '--vectors', vectors];
  expect((await run(words)).code).toBe(0);
  const spoken = await run([...words, '--validate']);
  expect(spoken.code).toBe(1);
  expect(spoken.out).toContain('the reply to run, seq 5, breaks the schema at /: took is not expected here');
  expect(spoken.out).toContain('3 pass, 1 error');
  const module = await run(withVectors('--validate'), { FAKE: 'odd-code' });
  expect(module.out).toContain('breaks the schema at /error: must match pattern');
  const start = await run(withVectors('--validate'), { FAKE: 'odd-environment' });
  expect(start.out).toContain('the reply to start breaks the schema at /environment/threads: must be string (got 4)');
});

test('--memory stops a program', async ({ skip }) => {
  skip(process.platform !== 'linux', 'only Linux tells what a process holds');
  const words = ['--stdio', `"${process.execPath}" "${program}" hungry`, '--memory', '300'];
  const { code, out } = await run(['run', ...words, '--vectors', vectors]);
  expect(code).toBe(1);
  expect(out).toContain('used more than 300 MB of memory, and was stopped');
  expect(out).toContain('3 pass, 1 error');
});

test('--shard runs a part, for which no known failure is stale', async () => {
  const file = join(folder, 'known.json');
  const entry = { target: 'fake', id: 'no-such-id', reason: 'odd', link: 'https://example.org', clause: 'S2' };
  writeFileSync(file, JSON.stringify([entry]));
  const run = await runCli(['run', target, '--known-failures', file, '--shard', '1/200', '--json'], { cwd: folder });
  const results = run.out.trimEnd().split('\n').slice(1, -1);
  const { out } = await runCli(['list', '--shard', '1/200', '--json']);
  expect(results.map((line) => JSON.parse(line).id)).toEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  );
  expect(results.length).toBeGreaterThan(0);
});

test('a shard without a test is 1, and told', async () => {
  const { code, err, out } = await run(withVectors('--shard', '5/9'));
  expect(code).toBe(1);
  expect(err).toContain('no test was run: shard 5/9 holds no test: there are only 4');
  expect(out).toBe('');
});

test.each([[['list']], [['run', '--list']], [['run', 'no-module-is-loaded.js', '--list']]])(
  '%j shows the tests that would run',
  async (command) => {
    const options = { cwd: folder };
    const { code, out } = await runCli([...command, '--vectors', vectors, '--filter', 'S2', '--shard', '2/2'], options);
    expect(code).toBe(0);
    expect(out).toBe('mean-two-rows  sigmoid  S2 S3 R1\n');
    const json = await runCli([...command, '--vectors', vectors, '--filter', 'R1', '--json'], options);
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        id: 'mean-two-rows',
        form: 'sigmoid',
        dtypes: ['float64', 'float32'],
        flags: ['plain', 'reduction'],
        clauses: ['S2', 'S3', 'R1'],
      },
      { id: 'none-background', form: 'sigmoid', dtypes: ['float64', 'float32'], flags: ['reduction'], clauses: ['R1'] },
    ]);
  },
);

test.each([[['explain']], [['run', '--explain']], [['run', 'no-module-is-loaded.js', '--explain']]])(
  '%j works the formula through',
  async (command) => {
    const { code, out } = await runCli([...command, 'mean-two-rows', '--vectors', vectors], { cwd: folder });
    expect(code).toBe(0);
    expect(out).toMatch(/^mean-two-rows\n {2}Logits are 0\.\n\nWhat it catches\n {2}plain: a wrong loss\n/);
    // Four times ln 2 over two rows.
    expect(sentences(out)).toContain('loss = Σ row losses / divisor = 2.772588722… / 2 = 1.3862943611198906');
    expect(out).not.toContain('Beware');
  },
);

test('a list of nothing is 1, and says why', async () => {
  const { code, out, err } = await run(['list', '--vectors', vectors, '--filter', 'X9']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('nothing matches the filter "X9"');
});

test('a program is taken as one command line, or with its arguments', async () => {
  const line = await run(['run', `"${process.execPath}" "${program}" honest`, '--stdio', '--vectors', vectors]);
  expect(line.out).toContain('✓ PASSED 4 pass');
  const words = await run(['run', '--stdio', '--vectors', vectors, '--', process.execPath, program, 'crash']);
  expect(words.code).toBe(1);
  expect(words.out).toContain('the process ended with code 3');
});

test.each<[string, string[], string]>([
  ['no command', [], 'the command is missing'],
  ['another command', ['prove'], "unknown command 'prove'; the commands are run, list, explain, init"],
  ['a mistyped command', ['rnu', target], "unknown command 'rnu'; did you mean run?"],
  ['no target', ['run'], 'TARGET is missing'],
  ['two targets', ['run', 'a', 'b'], 'one TARGET, not 2'],
  ['an unknown option', ['run', target, '--fast'], "eqloss-conformance: unknown option '--fast'"],
  ['a mistyped option', ['run', target, '--fitler', 'S1'], "unknown option '--fitler'; did you mean --filter?"],
  ['an option without its value', ['run', target, '--vectors'], "option '--vectors <PATH>' argument missing"],
  ['a report called like a method', ['run', target, '--report', 'constructor=x'], 'not "constructor=x"'],
  ['two reports in one file', ['run', target, '--report', 'json=x,html=./x'], 'two reports in ./x'],
  ['a list with drawn batches', ['run', '--list', '--fuzz', '3'], "'--list' cannot be used with option '--fuzz"],
  ['findings of nothing', ['run', target, '--filter', 'S1', '--fuzz-out', 'x'], 'none is drawn: give --fuzz N'],
  ['a seed for nothing', ['run', target, '--fuzz', '0', '--seed', '3'], 'none is drawn: give --fuzz N'],
  ['an unknown report', ['run', target, '--report', 'pdf=x'], 'not "pdf=x"'],
  [
    'an id that is none',
    ['explain', 'sigmoid-targets-all-on'],
    'no test "sigmoid-targets-all-on"; did you mean\n  sig',
  ],
  ['an id without a like', ['run', '--explain', 'qqq'], 'there is no test "qqq"; list shows all ids'],
  [
    'the id of a smoke test',
    ['explain', 'smoke-sigmoid'],
    'smoke-sigmoid is no vector but the batch before all others',
  ],
  ['two kinds of answers', ['run', '--explain', 'x', '--list'], "'--explain <ID>' cannot be used with option '--list'"],
  ['a shard that is none', ['run', target, '--shard', '0/4'], '--shard takes i/n with i from 1 to n'],
  ['a shard beyond the last', ['run', target, '--shard', '5/4'], 'not "5/4"'],
  ['a list with a report', ['run', '--list', '--report', 'json=x'], "'--list' cannot be used with option '--report"],
  ['a memory limit that is none', ['run', target, '--memory', 'lots'], '--memory takes a whole number from 1 on'],
  ['a memory limit of a module', ['run', target, '--memory', '100'], '--memory needs --stdio'],
  ['a timeout that is none', ['run', target, '--timeout', 'soon'], '--timeout takes seconds'],
  ['a report where none can be', ['run', target, '--report', 'html=/dev/null/y.html'], 'y.html cannot be written'],
  ['a report that is a folder', ['run', target, '--report', 'html=/'], 'the report / is a folder'],
  ['a module that is not there', ['run', 'nothing.js', '--vectors', 'VECTORS'], 'there is no module'],
  ['a module without a target', ['run', fakes, '--vectors', 'VECTORS'], 'does not export a function createTarget'],
  ['vectors that are not there', ['run', target, '--vectors', 'nothing.json'], 'there is no nothing.json\n'],
  [
    'known failures that are not there',
    ['run', target, '--vectors', 'VECTORS', '--known-failures', 'x.json'],
    'x.json',
  ],
])('%s is 2 and runs nothing', async (_, args, words) => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await main(args.map((arg) => (arg === 'VECTORS' ? vectors : arg)))).toBe(2);
    expect(err.mock.calls.map(([text]) => text).join('')).toContain(words);
    expect(out).not.toHaveBeenCalled();
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
});

test('malformed vectors are 2, and name file, test and JSON path', async () => {
  const text = JSON.stringify(suite[0].file).replace('"labels":[1,0]', '"labels":[1,"0"]');
  expect(text).toContain('[1,"0"]');
  writeFileSync(vectors, text);
  const { code, out, err } = await run(withVectors('--report', 'json=report.ndjson'));
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/sigmoid\.json, test mean-two-rows, at \/groups\/0\/tests\/1\/inputs\/labels/);
  expect(existsSync(join(folder, 'report.ndjson'))).toBe(false);
});

test('known failures with a missing reason are 2', async () => {
  writeFileSync(join(folder, 'k.json'), '[{"target":"fake","id":"x","link":"l","clause":"S2"}]');
  const { code, err } = await run(withVectors('--known-failures', 'k.json'));
  expect(code).toBe(2);
  expect(err).toContain('/0/reason');
});

test('the target of the README is judged: it overflows, and forgets the gate', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code] = /```js\n(\/\/ target\.js\n.*?)```/s.exec(readme) ?? [];
  writeFileSync(join(folder, 'target.mjs'), code);
  const large = await run(['run', 'target.mjs', '--filter', 'N3']);
  expect(large.code).toBe(1);
  expect(large.out).toMatch(/naive +✗/);
  expect(large.out).toContain('actual Infinity');
  const gate = await run(['run', 'target.mjs', '--filter', 'S1']);
  expect(gate.out).toMatch(/expected 0 0000000000000000/);
});

test('a module that never gives its target is 1, and told', async () => {
  const { code, out } = await run(withVectors('--timeout', '1'), { FAKE: 'no-start' });
  expect(code).toBe(1);
  expect(out).toContain('did not start: no answer within 1 s');
});

test('a target that never stops is judged all the same', async () => {
  const { code, out } = await run(withVectors('--timeout', '1'), { FAKE: 'no-stop' });
  expect(code).toBe(0);
  expect(out).toContain('✓ PASSED 4 pass');
});

test('a target that leaves the process with code 0 is 1, and told', async () => {
  const { code, err } = await run(withVectors(), { FAKE: 'exit' });
  expect(code).toBe(1);
  expect(err).toContain('the process ended before the run');
});

test('a module that is never read to its end is 1, and told', async () => {
  writeFileSync(join(folder, 'target.mjs'), 'await new Promise(() => {});\nexport const createTarget = () => {};');
  const { code, err } = await run(['run', 'target.mjs', '--vectors', vectors]);
  expect(code).toBe(1);
  expect(err).toContain('the process ended before the run');
});

test.each([[[]], [['--json']]])(
  'what a target says does not steer the terminal from standard error either, with %j',
  async (more) => {
    const { code, err } = await run(withVectors('--fuzz', '2', '--seed', '1', ...more), { FAKE: 'steers' });
    expect(code).toBe(1);
    expect(err).toContain('shrunk: ');
    expect(err).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  },
);

test('a slow reader gets all of a long report', async () => {
  const child = start(['run', target, '--filter', 'sigmoid', '--json'], { FAKE: 'wordy' });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // The pipe is full long before.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const out = (await child.stdout?.setEncoding('utf8').toArray())?.join('') ?? '';
  expect(await ended).toBe(1);
  expect(out.length).toBeGreaterThan(1e6);
  expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'footer', passed: false });
});

test('a reader that leaves early does not change the verdict', async () => {
  const child = start(withVectors());
  child.stdout?.destroy();
  expect(await new Promise<number | null>((resolve) => child.on('close', resolve))).toBe(0);
});

test.each([[['--help']], [['run', '--help']], [['help', 'run']]])('%j is 0', async (args) => {
  const { code, out } = await run(args);
  expect(code).toBe(0);
  expect(out).toContain('Usage: eqloss-conformance run TARGET');
  expect(out).toContain('2 wrong usage');
});

test('--help after -- is for the program', async () => {
  const { code, out } = await run(['run', '--stdio', '--vectors', vectors, '--', process.execPath, '--help']);
  expect(code).toBe(1);
  expect(out).not.toContain('Usage: eqloss-conformance');
});

test('--version is that of the package', async () => {
  const { code, out } = await run(['--version']);
  expect(code).toBe(0);
  expect(out.trim()).toBe(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no child and no report', async (signal) => {
  const mark = `mark-${process.pid}-${signal}`;
  const child = start([
    'run',
    '--stdio',
    '--vectors',
    vectors,
    '--report',
    'json=report.ndjson',
    '--',
    process.execPath,
    program,
    'busy',
    mark,
  ]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const marked = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(mark));
  const underWay = join(tmpdir(), mark);
  while (!existsSync(underWay)) await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(underWay);
  expect(marked().length).toBeGreaterThanOrEqual(2);
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  child.kill(signal);
  expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
  expect(err).toContain('interrupted at mean-two-rows, 1 of 4 judged; no report was written');
  await expect.poll(marked, { timeout: 10_000 }).toEqual([]);
  expect(readdirSync(folder)).toEqual(['sigmoid.json']);
});

test.each([
  [
    'a syntax error',
    'export const x = 1;\nexport const y = one two;\n',
    /Unexpected identifier 'two'\n +at .*target\.mjs:2/,
  ],
  ['a throwing module', '\nthrow new Error("no engine");\n', /no engine\n +at .*target\.mjs:2:7/],
])('%s is 2, with file and line', async (_, code, words) => {
  writeFileSync(join(folder, 'target.mjs'), code);
  const done = await run(['run', 'target.mjs', '--vectors', vectors]);
  expect(done.code).toBe(2);
  expect(done.err).toContain(`cannot load ${join(folder, 'target.mjs')}: `);
  expect(done.err).toMatch(words);
});
