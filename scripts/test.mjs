// `npm test`: sets up what is missing, runs all tests in Node and in Chromium, and counts them in the last line.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lookForProjects } from './projects.mjs';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
// The packages promise more than the workspace's own Node.
process.env.EQLOSS_NODE = process.execPath;
const { vulkan, leftOut } = lookForProjects();
Object.assign(process.env, vulkan.env);
mkdirSync(join(root, '.cache'), { recursive: true });

const args = process.argv.slice(2);
// The tests of pages wait for one another. Beside those of Node, they cost little time.
const besides = ['node-webgpu', 'chromium'].filter((name) => !leftOut.includes(name));
const pages = besides.flatMap((name) => ['--project', name]);
const whole = args.length > 0 || pages.length === 0;
const lanes = whole
  ? [lane('vitest', args)]
  : [lane('vitest', ['--project', 'node']), lane('vitest-pages', pages, true)];
const ended = await Promise.all(lanes);
const sum = (key) => ended.reduce((total, { counts }) => total + counts[key], 0);
const code = ended.find((each) => each.code !== 0)?.code ?? 0;
const passed = sum('numPassedTests');
// A file that cannot be loaded fails the run without a failed test of its own.
const failed = sum('numFailedTests') === 0 && code !== 0 ? 1 : sum('numFailedTests');
console.log(`tests: ${passed} passed, ${failed} failed, ${sum('numPendingTests') + sum('numTodoTests')} skipped`);
process.exitCode = code === 0 && passed === 0 ? 1 : code;

/** One run of vitest; a quiet one is printed only when it fails. */
async function lane(name, wanted, quiet = false) {
  const report = join(root, '.cache', `${name}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('vitest', ['run', ...reporters, ...wanted], { quiet });
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    if (quiet) process.stderr.write(`eqloss: in ${besides.join(' and ')} ${counts.numPassedTests} tests passed\n`);
    return { code, counts };
  } catch {
    process.stderr.write('eqloss: vitest wrote no report\n');
    return { code, counts: { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 } };
  }
}
