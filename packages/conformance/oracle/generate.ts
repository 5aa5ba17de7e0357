// Writes the vectors, or with --check compares them with what is on disk and fails on any difference.
//
//   node --conditions=@eqloss/source oracle/generate.ts [--check]

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createArithmetic } from '../src/oracle/arithmetic.ts';
import { prettyJson } from '../src/pretty.ts';
import { buildFile } from './suite.ts';
import { allSuites } from './suites.ts';

/** Every vector file: name and text. */
export async function generate(): Promise<Map<string, string>> {
  const math = createArithmetic();
  const files = new Map<string, string>();
  for (const suite of await allSuites()) {
    if (files.has(suite.name)) throw new Error(`two suites are called ${suite.name}`);
    files.set(suite.name, prettyJson(buildFile(math, suite)));
  }
  return files;
}

/** Names of the files in `folder` that differ from `files`, are missing, or should not be there. */
export async function differences(folder: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const present = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const different = present.filter((name) => !files.has(name));
  for (const [name, text] of files) {
    const same = present.includes(name) && (await readFile(join(folder, name), 'utf8')) === text;
    if (!same) different.push(name);
  }
  return different.sort();
}

async function main(check: boolean): Promise<void> {
  const folder = fileURLToPath(new URL('../vectors', import.meta.url));
  await mkdir(folder, { recursive: true });
  const files = await generate();
  const different = await differences(folder, files);
  if (check) {
    for (const name of different) console.error(`differs from what the oracle says: ${name}`);
    process.exitCode = different.length > 0 ? 1 : 0;
    return;
  }
  for (const name of different) {
    const text = files.get(name);
    if (text === undefined) await rm(join(folder, name));
    else await writeFile(join(folder, name), text);
    console.log(`${text === undefined ? 'removed' : 'wrote'} ${name}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.includes('--check'));
}
