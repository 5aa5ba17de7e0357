// `npm run picking`: writes docs/picking-an-adapter.md from the last reports of `npm start` and `npm run bench`.
// With `--measure` it makes both first: about five minutes, on a machine that does nothing else.

import { run } from './run.mjs';
import { setup } from './setup.mjs';

// What the page compares: everything but GPUs, which may be software here, and plain TypeScript.
const paths = [
  ...['wasm', 'wasm-2', 'core', 'core-single', 'tfjs-cpu', 'tfjs-wasm'],
  ...['ort-cpu', 'gpujs-cpu', 'gpujs-webasm', 'typescript-naive'],
];
const steps = [
  ['apps/conformance/src/main.ts'],
  ['apps/bench/src/main.ts', '--quick', '--rounds', '15', '--paths', paths.join(',')],
];
const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--measure');

if (unknown !== undefined) {
  process.stderr.write(`usage: npm run picking -- [--measure], not ${unknown}\n`);
  process.exitCode = 2;
} else {
  await setup();
  for (const step of [...(args.length > 0 ? steps : []), ['apps/conformance/src/picking/main.ts']]) {
    process.exitCode = await run('node', ['--conditions=@eqloss/source', ...step]);
    if (process.exitCode !== 0) break;
  }
}
