// The vectors, fetched from beside the page.

import type { EncodedTest, SuiteFile, VectorFile } from '@eqloss/conformance/protocol';

/** A vector file with the hash of the bytes that came. */
export interface FetchedFile extends SuiteFile {
  readonly hash: string;
  readonly file: VectorFile;
}

/** Which part of the vectors is run. */
export type Subset = 'quick' | 'full';

/** Where the vector files of @eqloss/conformance are, by path: Vite puts them beside the page. */
export const vectorAddresses: Readonly<Record<string, string>> = import.meta.glob(
  '../../../../packages/conformance/vectors/*.json',
  { query: '?url', import: 'default', eager: true },
);

/**
 * Fetches every file, in the order of their names, and hashes it.
 *
 * @param addresses By path; of a path only the name of the file is kept.
 * @throws {Error} naming the file that cannot be had.
 */
export async function fetchVectors(addresses: Readonly<Record<string, string>>): Promise<readonly FetchedFile[]> {
  if (!isSecureContext) throw new Error('over plain http browsers cannot hash the vectors: open this page over https');
  const names = Object.keys(addresses).sort();
  return Promise.all(names.map((path) => fetchFile(path.slice(path.lastIndexOf('/') + 1), addresses[path])));
}

/**
 * The files of a subset. `quick` has the smallest test of each flag in each file, without the files of real data: every
 * rule is asked for once. Files, groups and tests stay what they are; others are left out.
 */
export function subsetOf<T extends SuiteFile>(files: readonly T[], subset: Subset): readonly T[] {
  if (subset === 'full') return files;
  return files
    .filter(({ path }) => !/-(lvis|wordnet)\.json$/.test(path))
    .map((entry) => {
      const ids = smallestOf(entry.file);
      const groups = entry.file.groups
        .map((group) => ({ ...group, tests: group.tests.filter(({ id }) => ids.has(id)) }))
        .filter(({ tests }) => tests.length > 0);
      return { ...entry, file: { ...entry.file, groups } };
    });
}

/** How many tests some files have. */
export function countTests(files: readonly SuiteFile[]): number {
  return files.flatMap(({ file }) => file.groups.flatMap(({ tests }) => tests)).length;
}

function smallestOf({ notes, groups }: VectorFile): ReadonlySet<string> {
  const size = ({ inputs }: EncodedTest) => inputs.logits.shape.reduce((product, length) => product * length, 1);
  const tests = groups.flatMap((group) => group.tests).sort((one, other) => size(one) - size(other));
  const found = Object.keys(notes).flatMap((flag) => tests.find(({ flags }) => flags.includes(flag))?.id ?? []);
  return new Set(found);
}

async function fetchFile(name: string, address: string): Promise<FetchedFile> {
  let bytes: ArrayBuffer;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    bytes = await response.arrayBuffer();
  } catch (error) {
    throw new Error(`the vectors in ${name} do not load: ${error instanceof Error ? error.message : String(error)}`);
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { path: name, file: JSON.parse(new TextDecoder().decode(bytes)), hash };
}
