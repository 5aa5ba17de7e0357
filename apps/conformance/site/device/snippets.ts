// The code that a recommendation shows: that of the README, changed for the backend where the README shows another. The
// README's own text is run by its tests; the changed one in a browser by those of this page.

/** How a target's code comes from the README. */
interface Source {
  /** The package, and the heading of its example. */
  readonly package: string;
  /** What stands there, once each, and what replaces it. */
  readonly changes?: readonly (readonly [string, string])[];
  /** What the code alone does not say. */
  readonly note?: string;
}

/** What a user needs to begin. */
export interface Snippet {
  readonly code: string;
  /** `npm install …`: every package that the code imports. */
  readonly install: string;
  readonly note?: string;
}

/** The targets that have code. */
export const snippetTargets = (): readonly string[] => Object.keys(sources);

/**
 * The code of a target.
 *
 * @param readme The text of README.md.
 * @throws {Error} when the README has no such example, or no longer what is to be changed in it: a test finds that.
 */
export function snippetOf(target: string, readme: string): Snippet {
  const source = sources[target];
  if (!source) throw new RangeError(`no code for ${target}`);
  let code = exampleOf(source.package, readme);
  for (const [from, to] of source.changes ?? []) {
    if (code.split(from).length !== 2) throw new Error(`the example of ${source.package} does not have ${from} once`);
    code = code.replace(from, () => to);
  }
  return { code, install: installLine(code), ...(source.note && { note: source.note }) };
}

/** The first `ts` block below the heading `### NAME`. */
function exampleOf(name: string, readme: string): string {
  const start = readme.indexOf(`\n### ${name}\n`);
  const block = /^```ts\n([\s\S]*?)^```$/m.exec(start < 0 ? '' : readme.slice(start));
  if (!block) throw new Error(`the README has no example of ${name}`);
  return block[1].trimEnd();
}

/** `npm install` with the packages that code imports, ours first. */
function installLine(code: string): string {
  const specifiers = [...code.matchAll(/^import (?:.* from )?'([^']+)';$/gm)].map(([, specifier]) => specifier);
  const names = specifiers.map((specifier) => {
    const parts = specifier.split('/');
    return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  });
  const ours = (name: string) => (name.startsWith('@eqloss/') ? 0 : 1);
  const sorted = [...new Set(names)].sort((one, other) => ours(one) - ours(other));
  return `npm install ${sorted.join(' ')}`;
}

const tfjs = (backend: string, note?: string): Source => ({
  package: '@eqloss/tfjs',
  changes: [
    ["import '@tensorflow/tfjs-backend-cpu';", `import '@tensorflow/tfjs-backend-${backend}';\n\nawait tf.ready();`],
    ['value.dataSync()', '(await value.data())'],
    ['grad.dataSync()', '(await grad.data())'],
  ],
  note,
});

const onnxruntime = (provider: string): Source => ({
  package: '@eqloss/onnxruntime',
  changes: [
    ["'onnxruntime-node'", `'onnxruntime-web/${provider}'`],
    ["{ form: 'sigmoid', gate }", `{ form: 'sigmoid', gate, executionProviders: ['${provider}'] }`],
  ],
  note: "Vite's development server needs optimizeDeps: { exclude: ['onnxruntime-web'] }; a build needs nothing.",
});

const gpujs = (mode: string): Source => ({
  package: '@eqloss/gpujs',
  changes: [["{ mode: 'cpu' }", `{ mode: '${mode}' }`]],
});

const sources: Readonly<Record<string, Source>> = {
  core: { package: '@eqloss/core' },
  'core-single': {
    package: '@eqloss/core',
    changes: [['labels: [0, 3] });', "labels: [0, 3] }, { precision: 'single' });"]],
  },
  wasm: { package: '@eqloss/wasm' },
  'wasm-threads': {
    package: '@eqloss/wasm',
    changes: [['createKernels()', 'createKernels({ threads: 4 })']],
    note: 'Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, else the kernels take one thread and say why in kernels.reason.',
  },
  'tfjs-cpu': { package: '@eqloss/tfjs' },
  'tfjs-wasm': tfjs(
    'wasm',
    'Serve the three .wasm files of @tensorflow/tfjs-backend-wasm beside your script, or name their place with setWasmPaths.',
  ),
  'tfjs-webgl': tfjs('webgl'),
  'tfjs-webgpu': tfjs('webgpu'),
  'ort-web-wasm': onnxruntime('wasm'),
  'ort-web-webgpu': onnxruntime('webgpu'),
  'gpujs-cpu': { package: '@eqloss/gpujs' },
  'gpujs-webasm': gpujs('webasm'),
  'gpujs-webgl2': gpujs('webgl2'),
  'gpujs-webgpu': gpujs('webgpu'),
};
