// How much a program may print: enough for every proper reply, and little enough for the memory of the runner.

import type { Request } from './messages.ts';

/** Characters of one exchange on standard output that are no reply. */
export const MOST_STRAY: number = 2 ** 20;

/** Characters of one exchange on standard error. */
export const MOST_ERRORS: number = 2 ** 26;

/**
 * Characters that the reply to a message may have. A double in decimal has at most 24, with a separator 26, and in
 * hexadecimal 17; the rest is for words.
 */
export function longestReply(message: Request): number {
  if (message.type !== 'run') return BASE;
  const { shape } = message.test.inputs.logits;
  const elements = shape.reduce((product, size) => product * size, 1);
  return BASE + 32 * (elements + (shape[0] ?? 0) + 1);
}

/** Characters in words, rounded to megabytes as far as they have one. */
export function megabytes(characters: number): string {
  return `${Math.round(characters / 2 ** 20)} MB`;
}

const BASE = 2 ** 20;
