// Entries of docs/troubleshooting.md that only a page shows.

import { plainBatches } from './batches.ts';
import { ask, buildPage, withPage } from './pages.ts';
import type { Trouble } from './trouble.ts';
import { newest, type World } from './world.ts';

/** Scripts of the page itself, and nothing else. */
const strict = { 'content-security-policy': "script-src 'self'" };

/** In the order of the page. */
export const troublesInPages: readonly Trouble[] = [
  { heading: 'GPU is no constructor', came: (world) => said(world, { engine: 'gpujs-imported' }) },
  {
    heading: 'onnxruntime-web does not find its files',
    came: (world) => said(world, { engine: 'onnxruntime', leaveOut: /^ort-wasm/ }),
  },
  {
    heading: 'The page forbids WebAssembly',
    always: true,
    came: async (world) => {
      const without = await said(world, { engine: 'wasm', script: 'delete globalThis.WebAssembly' });
      if (without !== 'this runtime has no WebAssembly')
        throw new Error(`without WebAssembly the page says ${without}`);
      const headers = { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" };
      const allowed = await said(world, { engine: 'wasm', headers });
      if (!allowed.endsWith('simd')) throw new Error(`with 'wasm-unsafe-eval' the page says ${allowed}`);
      return said(world, { engine: 'wasm', headers: strict });
    },
  },
  {
    heading: 'There are no threads',
    always: true,
    came: (world) => said(world, { engine: 'wasm-threads', script: 'delete globalThis.SharedArrayBuffer' }),
  },
  {
    heading: 'The page forbids gpu.js',
    always: true,
    came: (world) => said(world, { engine: 'gpujs-cpu', headers: strict }),
  },
];

interface Wishes {
  readonly engine: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly script?: string;
  readonly leaveOut?: RegExp;
}

/** What an engine of the page says of itself: its error, or else its reason for what it runs on; then its numbers are right. */
async function said(world: World, { engine, leaveOut, ...options }: Wishes): Promise<string> {
  const all = await buildPage(world, 'esbuild', newest());
  const files = new Map([...all].filter(([name]) => !leaveOut?.test(name)));
  const [{ message, judge }] = await plainBatches(1);
  return withPage(world, files, options, async (page) => {
    const answer = await ask(page, { ...message, engine });
    if (answer.error !== undefined) return answer.error;
    const problem = judge(answer.loss, answer.gradient);
    if (problem !== undefined) throw new Error(problem);
    return answer.engine;
  });
}
