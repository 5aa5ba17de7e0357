// A target that runs in a child process with Node.

import { fileURLToPath } from 'node:url';
import { stdioTarget, type Target } from '@eqloss/conformance';
import { findBrowser, findSoftwareVulkan } from '../../../scripts/browser.mjs';

/**
 * Starts `host.ts` for a target of the list.
 *
 * @param timeout Milliseconds for starting.
 * @throws {Unavailable} when the target says so.
 */
export function nodeTarget(name: string, timeout: number): Promise<Target> {
  const host = fileURLToPath(new URL('./host.ts', import.meta.url));
  const args = ['--conditions=@eqloss/source', '--disable-warning=ExperimentalWarning', host, name];
  return stdioTarget(process.execPath, args, { env: hostEnvironment(), timeout });
}

/**
 * What WebGPU in Node needs on Linux: a Vulkan driver, which every Chromium brings along, and a folder for its sockets.
 * Both must be set before the process starts; what is set already stays.
 */
function hostEnvironment(): NodeJS.ProcessEnv {
  if (process.platform !== 'linux') return process.env;
  const driver = process.env.VK_ICD_FILENAMES ?? findSoftwareVulkan(findBrowser());
  return { XDG_RUNTIME_DIR: '/tmp', ...process.env, ...(driver && { VK_ICD_FILENAMES: driver }) };
}
