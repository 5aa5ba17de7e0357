// `npm test`: sets up what is missing, runs all tests in Node and in Chromium, and counts them in the last line.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
// The packages promise more than the workspace's own Node.
process.env.EQLOSS_NODE = process.execPath;
const report = join(root, '.cache', 'vitest.json');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(report, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = await run('vitest', ['run', ...reporters, ...process.argv.slice(2)]);
let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  process.stderr.write('eqloss: vitest wrote no report\n');
}
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = counts;
// A file that cannot be loaded fails the run without a failed test of its own.
const failed = numFailedTests === 0 && code !== 0 ? 1 : numFailedTests;
console.log(`tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
process.exitCode = code === 0 && numPassedTests === 0 ? 1 : code;
