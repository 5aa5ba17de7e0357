// Which Vulkan driver WebGPU in Node runs on: that of a real GPU, or the software GPU that every Chromium brings along.

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { findBrowser, findSoftwareVulkan } from './browser.mjs';
import { root } from './run.mjs';

/**
 * What a process needs in its environment before the first Vulkan instance is made in it, beside what is there.
 *
 * Only Linux needs anything. There `VK_ICD_FILENAMES` (or `VK_DRIVER_FILES`) wins when it is set; a GPU whose driver works
 * is taken as it is; else the driver is SwiftShader. A GPU's device file says nothing, since its driver may be missing:
 * another process is asked, once the loader has chosen it cannot choose again.
 *
 * @param {import('./browser.mjs').Surroundings & { probe?: (env: object) => 'gpu' | 'software' | 'none' }} [options]
 * @returns {{ env: Record<string, string>, reason?: string }} `reason`: why WebGPU in Node cannot work here.
 */
export function vulkanEnvironment(options = {}) {
  const { env = process.env, platform = process.platform, probe = probeAdapter } = options;
  if (platform !== 'linux') return { env: {} };
  // Without it the loader's window system part complains on every start.
  const added = { XDG_RUNTIME_DIR: env.XDG_RUNTIME_DIR || tmpdir() };
  if (env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES) return { env: added };
  const adapter = probe({ ...env, ...added });
  if (adapter === 'gpu') return { env: added };
  // Other software drivers may be too old: Chromium's own is the one that Dawn is tested with.
  const driver = findSoftwareVulkan(findBrowser(options), options);
  if (driver) return { env: { ...added, VK_ICD_FILENAMES: driver } };
  if (adapter === 'software') return { env: added };
  return { env: added, reason: 'no GPU with a Vulkan driver, and no vk_swiftshader_icd.json beside a Chromium' };
}

/** The adapter that Dawn finds with the machine's own drivers, in a process of its own. A crash finds none. */
function probeAdapter(env) {
  const program = `
    const { create } = await import('webgpu');
    const adapter = await create([]).requestAdapter();
    process.stdout.write(!adapter ? 'none' : adapter.info.isFallbackAdapter ? 'software' : 'gpu');
    process.exit();`;
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root, // where the package webgpu is installed
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: 30_000,
  });
  return done.stdout === 'gpu' || done.stdout === 'software' ? done.stdout : 'none';
}
