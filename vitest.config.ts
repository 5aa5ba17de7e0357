// One suite, three places: Node, Node with a WebGPU device, and a real Chromium.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@eqloss/source'] },
  ssr: { resolve: { conditions: ['@eqloss/source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['packages/*/{src,oracle,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.{webgpu,browser}.test.ts', '**/node_modules/**'],
        },
      },
    ],
  },
});
