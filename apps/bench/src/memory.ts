// How much memory this process held at most.

import { writeFileSync } from 'node:fs';

/**
 * Starts to watch.
 *
 * @returns How many bytes the peak has grown since, when called. On Linux the peak is set back first; elsewhere what the
 * process once held and gave back hides as much of the growth.
 */
export function watchMemory(): () => number {
  const before = resetPeak() ? process.memoryUsage.rss() : peak();
  return () => Math.max(0, peak() - before);
}

function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}
