// Two versions of core in one tree, as npm nests them: gates and errors of one work with the other.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { attempt, npmInstall, succeed } from './execute.ts';

/** The program's core is 9.0.0; the adapters bring their own. */
export const twoCores: Case = {
  name: 'bad-input/two versions of core work together',
  run: async (world) => {
    const tarballs = await world.tarballs();
    const folder = world.empty('two-cores');
    const [core, wasm, onnxruntime] = ['core', 'wasm', 'onnxruntime'].map((name) => tarballs.get(`@eqloss/${name}`)!);
    mkdirSync(join(folder, 'other'));
    await succeed(folder, 'tar', '-xzf', core, '-C', 'other');
    const manifest = join(folder, 'other', 'package', 'package.json');
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version: '9.0.0' }));
    const { stdout } = await succeed(join(folder, 'other', 'package'), 'npm', 'pack', '--ignore-scripts', '--silent');
    const own = { '@eqloss/core': `file:${core}` };
    const dependencies = {
      '@eqloss/core': `file:other/package/${stdout.trim()}`,
      '@eqloss/wasm': `file:${wasm}`,
      '@eqloss/onnxruntime': `file:${onnxruntime}`,
    };
    const overrides = { '@eqloss/wasm': own, '@eqloss/onnxruntime': own };
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies, overrides }),
    );
    await npmInstall(folder, ['--legacy-peer-deps']);
    writeFileSync(join(folder, 'program.mjs'), program);
    const ran = await attempt(folder, await world.node('started'), 'program.mjs');
    if (ran.stdout !== 'two copies\nsame loss\nEqlError LABEL_RANGE\nEqlError UNSUPPORTED\n')
      throw new Error(ran.stdout + ran.stderr);
  },
};

const program = `
import { createRequire } from 'node:module';
import { createGate, EqlError, sigmoidEql } from '@eqloss/core';
import { createLossSession } from '@eqloss/onnxruntime';
import { createKernels } from '@eqloss/wasm';

const version = (from) => createRequire(import.meta.resolve(from))('@eqloss/core/package.json').version;
if (version('@eqloss/wasm') !== version('file:///' + process.cwd() + '/program.mjs')) console.log('two copies');

const gate = createGate([0.9, 0.12, 0.004], { threshold: 0.01 });
const batch = { gate, labels: [0, 3] };
const values = [2, -1, 0.5, 0, 1, -2];
const kernels = await createKernels();
const { loss } = kernels.sigmoid({ ...batch, logits: Float32Array.from(values) });
const own = sigmoidEql({ ...batch, logits: Float64Array.from(values) }).loss;
console.log(Math.abs(loss - own) < 1e-6 ? 'same loss' : loss + ' ' + own);
const say = (error) => console.log(error instanceof EqlError ? 'EqlError' : 'another error', error.code);
try {
  kernels.sigmoid({ gate, labels: [0, 7], logits: Float32Array.from(values) });
} catch (error) {
  say(error);
}
await createLossSession({}, { form: 'sigmoid', gate }).catch(say);
kernels.dispose();
`;
