// WebGPU in plain Node: Dawn (npm `webgpu`), on the machine's GPU if it has one, else on the software GPU that every
// Chromium brings along. For targets that run in Node only: this file uses Node's own modules.

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Unavailable } from '@eqloss/conformance/protocol';

const driverFile = 'vk_swiftshader_icd.json';

/**
 * Gives this process what WebGPU code expects of a page: `navigator.gpu` and the globals (`GPUBufferUsage`, …).
 *
 * Call it before importing an engine: tfjs and gpu.js look for `navigator.gpu` while they load. A second call does
 * nothing. Works on the main thread only: a worker's environment variables do not reach the Vulkan loader.
 *
 * @throws {Unavailable} when `webgpu` is not installed, or neither a GPU nor the software GPU can be used.
 */
export async function startDawn(): Promise<void> {
  if ((globalThis.navigator as Navigator | undefined)?.gpu) return;
  const { create, globals } = await loadDawn();
  useSoftwareVulkan();
  const gpu = create([]);
  if (!(await gpu.requestAdapter())) {
    const driver = process.env.VK_ICD_FILENAMES;
    throw new Unavailable(
      driver
        ? `Dawn finds no WebGPU adapter with the Vulkan driver ${driver}`
        : `Dawn finds no WebGPU adapter: no GPU, and no ${driverFile} beside a Chromium; install Chromium or set VK_ICD_FILENAMES`,
    );
  }
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; from 21 on it has one without `gpu`.
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

/**
 * Points the Vulkan loader at Chromium's software GPU, unless `VK_ICD_FILENAMES` is set or the machine has a GPU.
 *
 * The loader reads the variable when the first Vulkan instance is made: call it before that, at any time.
 *
 * @returns The driver file that is used, or undefined when the loader looks for drivers by itself.
 */
export function useSoftwareVulkan(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Without it the loader's window system part complains on every start.
  process.env.XDG_RUNTIME_DIR ||= tmpdir();
  if (!process.env.VK_ICD_FILENAMES && !hasGpu()) {
    const driver = softwareVulkan();
    if (driver) process.env.VK_ICD_FILENAMES = driver;
  }
  return process.env.VK_ICD_FILENAMES;
}

/** The description of SwiftShader's Vulkan driver, which lies beside the binary of a Chromium; undefined if there is none. */
export function softwareVulkan(): string | undefined {
  return browserFolders()
    .map((folder) => join(folder, driverFile))
    .find((file) => existsSync(file));
}

function browserFolders(): string[] {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const binaries = [process.env.CHROME_PATH, ...onPath].filter((file) => file !== undefined && existsSync(file));
  const playwright = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  const downloads = entries(playwright)
    .filter((name) => name.startsWith('chromium'))
    .flatMap((name) => entries(join(playwright, name)).map((folder) => join(playwright, name, folder)));
  return [
    ...binaries.map((file) => dirname(realpathSync(file as string))),
    // Debian's /usr/bin/chromium is a script: the binary lies here.
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    ...downloads,
  ];
}

/** A render node of the kernel's graphics drivers; a machine without one has no GPU that Vulkan could use. */
function hasGpu(): boolean {
  return entries('/dev/dri').some((name) => name.startsWith('renderD'));
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function loadDawn() {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new Unavailable(`the package webgpu (Dawn) does not load: ${(error as Error).message}`);
  }
}
