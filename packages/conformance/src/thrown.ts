// What is told of something that a target threw.

/**
 * The message of an error, and where it was thrown, such as `labels is not iterable (at target.mjs:31:22)`. No place is
 * told of errors that this package made, a time limit for example: they are no mistake in its code.
 */
export function thrownWords(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const place = placeOf(error.stack ?? '');
  return `${error.message || error.name}${place && ` (at ${place})`}`;
}

/** File, line and column of the first frame that is a file's; without its folders, which differ from machine to machine. */
function placeOf(stack: string): string {
  const frame = stack.split('\n').find((line) => /^ +at .*:\d+:\d+\)?$/.test(line) && !line.includes('node:'));
  if (frame === undefined || frame.includes(own)) return '';
  return /([^/\\(]+:\d+:\d+)\)?$/.exec(frame)?.[1].replace(/\?[^:]*/, '') ?? '';
}

const own = new URL('.', import.meta.url).href.replace(/^file:\/\//, '');
