// `npm run picking`: writes docs/picking-an-adapter.md from the last reports of `npm start` and `npm run bench`.
// With `--measure` it makes both first: about five minutes, on a machine that does nothing else. With `--sizes` it measures
// the sizes alone.

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
const known = ['--measure', '--sizes'];
// One of them, or none: measuring everything measures the sizes too.
const unknown = args.find((arg) => !known.includes(arg)) ?? args[1];

if (unknown !== undefined) {
  process.stderr.write(`usage: npm run picking -- [--measure | --sizes], not ${unknown}\n`);
  process.exitCode = 2;
} else {
  await setup();
  const last = ['apps/conformance/src/picking/main.ts', ...args.filter((arg) => arg === '--sizes')];
  for (const step of [...(args.includes('--measure') ? steps : []), last]) {
    process.exitCode = await run('node', ['--conditions=@eqloss/source', ...step]);
    if (process.exitCode !== 0) break;
  }
}
