// THE versions that the matrix holds the packages against. A new major is one line here.

/** Nodes by the name in cases: the lowest that is promised, and the last of each line since. */
export const nodes: Readonly<Record<string, string>> = {
  '20.19': '20.19.0',
  '22': '22.23.5',
  '24': '24.21.0',
  '26': '26.12.1',
};

/** Nodes that are too old. */
export const oldNodes: Readonly<Record<string, string>> = { '18': '18.20.8', '20.9': '20.9.0' };

/** Compilers: the lowest that reads the declarations without `skipLibCheck`, the lowest with it, and later ones. */
export const typescripts: Readonly<Record<string, string>> = {
  '5.0': '5.0.4',
  '5.7': '5.7.3',
  '5.9': '5.9.3',
  '6': '6.0.3',
  '7': '7.0.2',
};

/** From this minor of TypeScript 5 on, the declarations are read whole: typed arrays are generic there. */
export const WHOLE_SINCE = 5.7;

/** What is brought for the matrix alone, beside the tools of the workspace. */
export const tools: Readonly<Record<string, string>> = {
  webpack: '5.113.0',
  // The last that runs on Node 18.
  npm: '10.9.9',
  '@yarnpkg/cli-dist': '4.18.1',
};

/** The lowest version of each engine that the peer ranges let in. A test compares them with the ranges. */
export const lowest: Readonly<Record<string, string>> = {
  '@tensorflow/tfjs': '4.0.0',
  '@tensorflow/tfjs-core': '4.0.0',
  '@tensorflow/tfjs-backend-cpu': '4.0.0',
  '@tensorflow/tfjs-backend-webgl': '4.0.0',
  'onnxruntime-node': '1.17.0',
  'onnxruntime-web': '1.17.0',
  'gpu.js': '2.24.0',
};

/** Not published as a release yet, or not in the workspace: told, and no failure. */
export const coming: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(lowest).map((name) => [name, 'latest'])),
  '@tensorflow/tfjs': '4.23.0-rc.0',
  '@tensorflow/tfjs-core': '4.23.0-rc.0',
  '@tensorflow/tfjs-backend-cpu': '4.23.0-rc.0',
  '@tensorflow/tfjs-backend-webgl': '4.23.0-rc.0',
};
