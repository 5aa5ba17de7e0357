// One suite, three places: Node, Node with a WebGPU device, and a real Chromium.

import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserFlags, findBrowser, findSoftwareVulkan } from './scripts/browser.mjs';

const browser = findBrowser();
const setupFiles = ['test/setup.ts'];
const shared = { resolve: { conditions: ['@eqloss/source'] }, ssr: { resolve: { conditions: ['@eqloss/source'] } } };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'node',
          include: ['packages/*/{src,oracle,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.{webgpu,browser}.test.ts', '**/node_modules/**'],
          setupFiles,
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
          env: {
            VK_ICD_FILENAMES: process.env.VK_ICD_FILENAMES ?? findSoftwareVulkan(browser) ?? '',
            XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? '/tmp',
          },
        },
      },
      {
        // Every engine is a dependency of the app, and Vite prepares them from there.
        root: 'apps/conformance',
        resolve: { conditions: ['@eqloss/source', 'module', 'browser', 'development|production'] },
        optimizeDeps: {
          exclude: ['onnxruntime-web'],
          include: [
            '@tensorflow/tfjs-core',
            '@tensorflow/tfjs-backend-webgl',
            '@tensorflow/tfjs-backend-webgpu',
            'gpu.js',
          ],
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
            provider: playwright({ launchOptions: { executablePath: browser, args: browserFlags() } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
