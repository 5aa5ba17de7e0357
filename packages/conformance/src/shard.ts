// A part of a suite, for one of several machines: disjoint parts, whose union is the whole.

import { listTests, type SuiteFile } from './suite.ts';

/** Which part: number `index` of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The same files with the tests of one shard only. Test k of those that the filter finds, in file order, belongs to shard
 * `k mod count`: neighbours are alike and some are large, so every shard gets its share of them.
 *
 * @param files Left as they are; what else they hold stays.
 */
export function shardOf<File extends SuiteFile>(
  files: readonly File[],
  filter: string | undefined,
  { index, count }: Shard,
): readonly File[] {
  const ids = listTests(files, filter).map(({ test }) => test.id);
  const mine = new Set(ids.filter((_, k) => k % count === index - 1));
  return files.map((loaded) => ({
    ...loaded,
    file: {
      ...loaded.file,
      groups: loaded.file.groups.map((group) => ({ ...group, tests: group.tests.filter(({ id }) => mine.has(id)) })),
    },
  }));
}
