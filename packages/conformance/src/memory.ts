// How much memory a program and what it started hold, and an end to it at a limit. Linux with /proc only: elsewhere nothing tells.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Whether this platform tells what a process holds. */
export function canMeasureMemory(): boolean {
  return process.platform === 'linux' && existsSync('/proc/self/status');
}

const MEGABYTE = 2 ** 20;
const INTERVAL = 200;

/**
 * The megabytes (2^20 bytes) that a program may hold when nobody says otherwise: three quarters of what this machine, or
 * the container that this process runs in, has. Beyond it the system would begin to kill, and might choose the runner.
 */
export function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor((Math.min(totalmem(), constrained) / MEGABYTE) * 0.75);
}

/**
 * The megabytes that the processes of a group have in memory, together. Memory that they share is counted for each.
 *
 * @returns 0 for a group without processes, and where it cannot be measured.
 */
export function memoryOf(group: number): number {
  if (!canMeasureMemory()) return 0;
  let kilobytes = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may hold anything; after it come state, parent and group.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
      if (Number(pgrp) !== group) continue;
      const [, resident = 0] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${name}/status`, 'latin1')) ?? [];
      kilobytes += Number(resident);
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1024;
}

/**
 * Looks at a process group five times a second, as long as it lives or until told to end. What is taken and given back
 * in between is not seen.
 *
 * @param limit Megabytes.
 * @param onExceeded Called once, when they hold more.
 * @returns Ends the watch.
 */
export function watchMemory(group: number, limit: number, onExceeded: () => void): () => void {
  if (!canMeasureMemory()) return () => {};
  const timer = setInterval(() => {
    if (memoryOf(group) <= limit) return;
    clearInterval(timer);
    onExceeded();
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
