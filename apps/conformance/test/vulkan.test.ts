// The Vulkan driver of WebGPU in Node, on machines made of folders, and on this one.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { vulkanEnvironment } from '../../../scripts/vulkan.mjs';

let home: string;
let driver: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'eqloss-vulkan-'));
  driver = join(home, 'vk_swiftshader_icd.json');
  writeFileSync(driver, '{}');
  writeFileSync(join(home, 'chromium'), '#!/bin/sh\n', { mode: 0o755 });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('WebGPU in Node', () => {
  const machine = (adapter: 'gpu' | 'software' | 'none', env: Record<string, string> = {}) =>
    vulkanEnvironment({ env: { PATH: home, ...env }, home, platform: 'linux', probe: () => adapter });

  test('runs on a GPU that works', () => {
    expect(machine('gpu')).toEqual({ env: { XDG_RUNTIME_DIR: tmpdir() } });
  });

  test.each(['none', 'software'] as const)("runs on Chromium's software GPU where the adapter is: %s", (adapter) => {
    expect(machine(adapter)).toEqual({ env: { XDG_RUNTIME_DIR: tmpdir(), VK_ICD_FILENAMES: driver } });
  });

  test.each(['VK_ICD_FILENAMES', 'VK_DRIVER_FILES'])('leaves %s alone', (name) => {
    expect(machine('none', { [name]: '/mine.json', XDG_RUNTIME_DIR: '/run' })).toEqual({
      env: { XDG_RUNTIME_DIR: '/run' },
    });
  });

  test('asks for nothing beside Linux', () => {
    expect(vulkanEnvironment({ env: {}, platform: 'darwin', home })).toEqual({ env: {} });
  });

  test("asks Dawn itself, and takes the machine's own driver only if it is a GPU's", () => {
    const { env, reason } = vulkanEnvironment({
      env: { ...process.env, VK_ICD_FILENAMES: '', CHROME_PATH: '', PATH: home },
      home,
    });
    if (process.platform !== 'linux') return expect(env).toEqual({});
    expect(reason).toBeUndefined();
    expect([undefined, driver]).toContain(env.VK_ICD_FILENAMES);
  });

  test("survives a cache of Playwright's that is a file", () => {
    const file = join(home, 'file');
    mkdirSync(join(home, 'empty'));
    writeFileSync(file, '');
    const env = { PATH: join(home, 'empty'), PLAYWRIGHT_BROWSERS_PATH: file };
    expect(() => vulkanEnvironment({ env, home, platform: 'linux', probe: () => 'none' })).not.toThrow();
  });
});
