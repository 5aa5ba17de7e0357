// The vectors, fetched from beside the page.

import type { SuiteFile, VectorFile } from '@eqloss/conformance/protocol';

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

/** The files of a subset. `quick` leaves out the batches of real data, each of which is larger than all others together. */
export function subsetOf<T extends SuiteFile>(files: readonly T[], subset: Subset): readonly T[] {
  return subset === 'full' ? files : files.filter(({ path }) => !/-(lvis|wordnet)\.json$/.test(path));
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
