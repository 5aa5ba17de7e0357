// Which projects of vitest.config.ts this machine cannot run, and why.

import { lookForBrowser } from './browser.mjs';
import { isContinuousIntegration } from './ci.mjs';
import { vulkanEnvironment } from './vulkan.mjs';

/**
 * Looks for what the projects need.
 *
 * @returns {{
 *   browser: { path?: string, reason?: string },
 *   vulkan: { env: Record<string, string>, reason?: string },
 *   lacking: readonly (readonly [name: string, reason: string])[],
 *   leftOut: readonly string[],
 * }} `leftOut`: those of `lacking` that are not run; none in continuous integration, where a missing browser is a failure.
 */
export function lookForProjects() {
  const browser = lookForBrowser();
  const vulkan = vulkanEnvironment();
  const reasons = { chromium: browser.reason, 'node-webgpu': vulkan.reason };
  const lacking = Object.entries(reasons).flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]]));
  return { browser, vulkan, lacking, leftOut: isContinuousIntegration() ? [] : lacking.map(([name]) => name) };
}
