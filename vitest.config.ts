// One suite, three places: Node, Node with a WebGPU device, and a real Chromium.

import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { engines } from './apps/conformance/src/targets.ts';
import { browserFlags } from './scripts/browser.mjs';
import { lookForProjects } from './scripts/projects.mjs';

const { browser, vulkan, lacking, leftOut } = lookForProjects();
// Asked once: every process below finds the answer.
Object.assign(process.env, vulkan.env);
// Vitest reads this file more than once.
const said = Symbol.for('eqloss: what is left out was said');
if (!(said in globalThis)) {
  Object.assign(globalThis, { [said]: true });
  for (const [name, reason] of lacking) {
    const fate = leftOut.includes(name) ? 'are left out' : 'cannot pass';
    process.stderr.write(`eqloss: tests in ${name} ${fate}: ${reason}\n`);
  }
}
const setupFiles = ['test/setup.ts'];
const shared = { resolve: { conditions: ['@eqloss/source'] }, ssr: { resolve: { conditions: ['@eqloss/source'] } } };

const projects: TestProjectInlineConfiguration[] = [
  {
    ...shared,
    test: {
      name: 'node',
      include: [
        'packages/*/{src,oracle,test}/**/*.test.ts',
        'apps/*/{src,site,test}/**/*.test.ts',
        'test/**/*.test.ts',
      ],
      exclude: ['**/*.{webgpu,browser}.test.ts', '**/node_modules/**'],
      setupFiles,
      testTimeout: 60_000,
    },
  },
  {
    ...shared,
    test: {
      name: 'node-webgpu',
      include: ['packages/*/src/**/*.webgpu.test.ts'],
      setupFiles,
      pool: 'forks',
      fileParallelism: false,
      testTimeout: 60_000,
      // Dawn takes its Vulkan driver from the environment of the process that loads it.
      env: vulkan.env,
    },
  },
  {
    // Every engine is a dependency of the app, and Vite prepares them from there.
    root: 'apps/conformance',
    resolve: { conditions: ['@eqloss/source', 'module', 'browser', 'development|production'] },
    optimizeDeps: {
      exclude: [...engines.untouched],
      include: [...engines.prepared],
    },
    server: {
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    test: {
      name: 'chromium',
      // Core's own tests run here too: the reference must hold in a browser.
      include: ['../../packages/*/src/**/*.browser.test.ts', '../../packages/core/src/*.test.ts'],
      setupFiles: ['../../test/setup.ts'],
      fileParallelism: false,
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath: browser.path ?? 'no-browser', args: browserFlags() },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  },
];

export default defineConfig({
  // Many tests wait for a process or a page: a core that vitest would leave free stands idle.
  test: { maxWorkers: '100%', projects: projects.filter(({ test }) => !leftOut.includes(String(test?.name))) },
});
