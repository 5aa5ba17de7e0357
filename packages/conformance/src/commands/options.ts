// Options that more than one command takes, and how their values are read.

import type { Shard } from '../shard.ts';
import { UsageError } from './usage.ts';

/** `--vectors PATH`. */
export const vectorsOption: readonly [string, string] = [
  '--vectors <PATH>',
  'a vector file or folder; default: those of this package',
];

/** `--filter TEXT`. */
export const filterOption: readonly [string, string] = [
  '--filter <TEXT>',
  'only tests whose id contains TEXT, or that have it as a flag or clause (N2, LABEL_RANGE, …)',
];

/**
 * Makes the reader of an option that takes a whole number.
 *
 * @param name The option, for the words of the error.
 */
export function wholeNumber(
  name: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new UsageError(`${name} takes a whole number ${range}, not "${text}"`);
  };
}

/** Reads `--timeout`: seconds. Returns milliseconds. */
export function readTimeout(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds < 1e6) return seconds * 1000;
  throw new UsageError(`--timeout takes seconds, more than 0, not "${text}"`);
}

/** `--shard i/n`, and its reader. */
export const shardOption: readonly [string, string, (text: string) => Shard] = [
  '--shard <i/n>',
  'only part i of n, from 1; the parts are disjoint and their union is the whole',
  readShard,
];

function readShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index >= 1 && index <= count) return { index, count };
  throw new UsageError(`--shard takes i/n with i from 1 to n, such as 1/4, not "${text}"`);
}
