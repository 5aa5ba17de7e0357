// What is told of something that a target threw.

import { clip } from './escape.ts';
import { LONGEST_REASON } from './results.ts';

/**
 * The message of an error, and where it was thrown, such as `labels is not iterable (at target.mjs:31:22)`. No place is
 * told of errors that this package made, a time limit for example: they are no mistake in its code. A message without end
 * is cut.
 */
export function thrownWords(error: unknown): string {
  if (!(error instanceof Error)) return clip(`threw ${String(error)}`, LONGEST_REASON);
  const place = placeOf(error.stack ?? '');
  return `${clip(error.message || error.name, LONGEST_REASON)}${place && ` (at ${place})`}`;
}

/** File, line and column of the first frame that is a file's; without its folders, which differ from machine to machine. */
function placeOf(stack: string): string {
  const frame = stack.split('\n').find((line) => /^ +at .*:\d+:\d+\)?$/.test(line) && !line.includes('node:'));
  if (frame === undefined || frame.includes(ownFolder())) return '';
  return /([^/\\(]+:\d+:\d+)\)?$/.exec(frame)?.[1].replace(/\?[^:]*/, '') ?? '';
}

function ownFolder(): string {
  return new URL('.', import.meta.url).href.replace(/^file:\/\//, '');
}
