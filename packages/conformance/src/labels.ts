// Names of targets where there is little room.

import type { TargetReport } from './results.ts';

/** A target's name with a star for Chromium, which a legend explains. */
export function shortLabel({ target, runtime }: Pick<TargetReport, 'target' | 'runtime'>): string {
  return runtime === 'chromium' ? `${target}*` : target;
}

/** Cuts in the middle: names of one family differ at their ends. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
