// The paths of GPUs, in Node and in Chromium, on whatever this machine has instead of one. No time is asserted.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { vulkanEnvironment } from '../../../scripts/vulkan.mjs';
import { groupsOf } from '../src/cases.ts';
import { type PathEntry, paths, selectPaths } from '../src/paths.ts';
import { runBench } from '../src/run.ts';
import { runTasks } from '../src/run-tasks.ts';
import type { GpujsStepTask } from '../src/tasks/gpujs-step.ts';
import { startWorker } from '../src/worker.ts';

const browser = findBrowser();
const reason = browser ? vulkanEnvironment().reason : 'no browser';
const plan = { torch: { reason: 'no Python' }, rounds: 2, warmUp: 1, budget: 1 };
const engines = {
  'TensorFlow.js': { name: /^tfjs/, ratios: ['toComposed'] },
  'gpu.js': { name: /^gpujs/, ratios: ['toNaive', 'toExp'] },
} as const;

describe.skipIf(reason !== undefined)('on a GPU', { timeout: 180_000 }, () => {
  test.each(['TensorFlow.js', 'gpu.js'] as const)(
    'each path of %s computes what core does, and names the device',
    async (engine) => {
      const { name, ratios } = engines[engine];
      const entries = selectPaths(
        paths.filter((entry) => entry.gpu && name.test(entry.name)).map((entry) => entry.name),
      );
      const groups = groupsOf([{ rows: 4, classes: 40 }], ['sigmoid', 'softmax'], 'all');
      const { rows, notes, paths: environments } = await runBench({ ...plan, groups, entries });
      expect(notes).toEqual([]);
      for (const { path, host, kind, backend } of entries.slice(1)) {
        const own = rows.filter((row) => row.path === path);
        expect(own, path).toHaveLength(9);
        expect(own.every(({ nsPerLogit }) => nsPerLogit > 0)).toBe(true);
        for (const ratio of ratios) expect(own.every((row) => (row[ratio] ?? 0) > 0)).toBe(kind === 'eqloss');
        // Of a browser it is not known.
        expect(own.filter(({ peakBytes }) => peakBytes !== undefined)).toHaveLength(host === 'node' ? 2 : 0);
        expect(environments[path]).toMatchObject({ backend, software: expect.stringMatching(/yes|no/) });
        expect(environments[path].device).not.toBe('');
        if (host === 'chromium') expect(environments[path].runtime).toMatch(/^Chromium \d/);
      }
    },
  );

  test.each(['sigmoid', 'softmax'] as const)('a layer is trained in gpu.js, %s form', async (form) => {
    const ways = (['read back', 'pipelined'] as const).map((name) => {
      const options: GpujsStepTask = { way: name, mode: 'webgpu', form, rows: 8, features: 4, classes: 30 };
      return { name, module: 'gpujs-step', options: { ...options } };
    });
    const group = { task: 'step', form, size: 'tiny', ways };
    const { tasks, notes, paths: environments } = await runTasks({ tasks: [group], rounds: 2, warmUp: 1 });
    expect(notes).toEqual([]);
    expect(tasks.map((row) => row.way)).toEqual(['read back', 'pipelined']);
    expect(environments['task step']).toMatchObject({ backend: 'webgpu', device: expect.stringMatching(/./) });
  });

  test.skipIf(process.platform !== 'linux')('a browser ends with its path, and leaves no profile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eqloss-gpu-'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      const worker = await startWorker(webgl(), undefined);
      if ('unavailable' in worker) throw new Error(worker.unavailable);
      const pids = descendantsOf(process.pid).filter((pid) => commandOf(pid).includes(folder));
      expect(pids.length).toBeGreaterThan(1);
      expect(readdirSync(folder)).not.toEqual([]);
      worker.stop();
      await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 20_000 }).toEqual([]);
      await expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function webgl(): PathEntry {
  return selectPaths(['tfjs-webgl']).find(({ name }) => name === 'tfjs-webgl')!;
}

function descendantsOf(pid: number | string): readonly string[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return children.flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    // It has ended.
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
