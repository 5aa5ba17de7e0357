// Names of targets where there is little room.

import type { TargetReport } from './results.ts';

/** A target's name with a star when it did not run in Node: {@link starWords} say where. */
export function shortLabel({ target, runtime }: Pick<TargetReport, 'target' | 'runtime'>): string {
  return runtime === 'node' ? target : `${target}*`;
}

/** Where the targets with a star ran, for a legend; undefined when none has one. */
export function starWords(reports: readonly Pick<TargetReport, 'runtime'>[]): string | undefined {
  const starred = reports.filter(({ runtime }) => runtime !== 'node');
  if (starred.length === 0) return undefined;
  return starred.every(({ runtime }) => runtime === 'chromium') ? 'in Chromium' : 'in a browser';
}

/** Cuts in the middle: names of one family differ at their ends. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
