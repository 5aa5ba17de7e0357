// Rehearses releases: prints a line a step, then a table, and leaves nothing behind.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endOnSignals } from '../../signals.mjs';
import { endAll, must } from './commands.ts';
import { startRegistry } from './registry.ts';
import { type Step, stepsOf } from './steps.ts';
import { copyWorkspace, type Workspace } from './workspace.ts';

interface Result {
  readonly title: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly seen: string;
}

const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [inside, outside] = positionals;
process.on('exit', () => {
  endAll();
  if (values.keep) return;
  for (const folder of positionals) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
endOnSignals(() => console.log('the rehearsal was ended before its end'));

const results: Result[] = [];
const cache = join(outside, 'npm-cache');
const registry = await startRegistry(inside);
let workspace: Workspace;
await perform({
  title: 'copy the working tree',
  async run() {
    workspace = await copyWorkspace(inside, registry.url, cache);
    const asked = await must(workspace.folder, 'npm', ['config', 'get', '@eqloss:registry']);
    if (asked.trim() !== registry.url) throw new Error(`npm would publish to ${asked}`);
    return `${workspace.packages().length} packages, ${workspace.version()}`;
  },
});
if (results[0].ok) {
  const versions = { first: '', patch: '', minor: '', prerelease: '' };
  const { whole, short } = stepsOf({ workspace: workspace!, registry, outside, cache, versions });
  for (const step of values.short ? short : whole) {
    await perform(step);
    if (!results.at(-1)!.ok) break;
  }
}

const width = Math.max(...results.map(({ title }) => title.length));
console.log(`\n${'step'.padEnd(width)}  ok  seconds`);
for (const { title, ok, seconds } of results) {
  console.log(`${title.padEnd(width)}  ${ok ? '✓ ' : '✗ '}  ${seconds.toFixed(1).padStart(7)}`);
}
const passed = results.every(({ ok }) => ok);
const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
console.log(`${passed ? '✓ rehearsed' : '✗ failed'} in ${total.toFixed(0)} s`);
process.exit(passed ? 0 : 1);

/** Steps build on one another: the first that fails is the last. */
async function perform({ title, run }: Step): Promise<void> {
  const start = performance.now();
  let [ok, seen] = [true, ''];
  try {
    seen = await run();
  } catch (error) {
    ok = false;
    seen = (error as Error).message;
  }
  const seconds = (performance.now() - start) / 1000;
  results.push({ title, ok, seconds, seen });
  console.log(`${ok ? '✓' : '✗'} ${title}: ${seen}`);
}
