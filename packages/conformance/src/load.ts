// Reads vector files from disk, all or nothing: a bad file is an error, never a smaller suite. Node only.

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { VectorFile } from './format.ts';
import { lintFile, type Problem } from './lint.ts';

/** A vector file that passed the schema and the linter. */
export interface LoadedFile {
  /** As it was given, or found in a folder. */
  readonly path: string;
  /** Its content. */
  readonly file: VectorFile;
  /** SHA-256 of its bytes, 64 digits in lower case. */
  readonly hash: string;
}

/** What is wrong with vector files; each problem names file, test id (where there is one) and JSON path. */
export class VectorFileError extends Error {
  readonly problems: readonly (Problem & { readonly file: string })[];

  constructor(problems: readonly (Problem & { readonly file: string })[]) {
    const shown = problems.slice(0, 20).map(({ file, test, path, message }) => {
      if (message === `there is no ${file}`) return message;
      return `${file}${test === undefined ? '' : `, test ${test}`}, at ${path || '/'}: ${message}`;
    });
    const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
    super(['bad vector files:', ...shown, ...more].join('\n  '));
    this.name = 'VectorFileError';
    this.problems = problems;
  }
}

/** The folder of the vectors that come with this package. */
export function vectorsFolder(): string {
  return fileURLToPath(new URL('../vectors', import.meta.url));
}

/**
 * Reads one vector file, or every `*.json` of a folder in the order of their names.
 *
 * @param path File or folder; {@link vectorsFolder} by default.
 * @throws {VectorFileError} when any file is no JSON, breaks the schema or the linter's rules, when an id comes twice
 *   over all files, when there is none, or when a file follows another major version of SPEC.md.
 */
export async function loadVectors(path: string = vectorsFolder()): Promise<LoadedFile[]> {
  const validate = new Ajv2020({ allErrors: false, strict: true }).compile<VectorFile>(await readSchema());
  const paths = await filesOf(path);
  const ids = new Map<string, string>();
  const problems: (Problem & { file: string })[] = [];
  const loaded: LoadedFile[] = [];
  for (const file of paths) {
    const found = await checkFile(file, validate, ids);
    if ('problems' in found) problems.push(...found.problems.map((problem) => ({ ...problem, file })));
    else loaded.push({ path: file, file: found.content, hash: found.hash });
  }
  if (paths.length === 0) problems.push({ file: path, path: '', message: 'no vector file (*.json) here' });
  if (problems.length > 0) throw new VectorFileError(problems);
  return loaded;
}

/** The version of SPEC.md that this runner knows. A later minor version only adds. */
const MAJOR = '1';

async function readSchema(): Promise<object> {
  return JSON.parse(await readFile(new URL('../schema/vectors.schema.json', import.meta.url), 'utf8'));
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'ENOENT' ? `there is no ${path}` : cause.message;
    throw new VectorFileError([{ file: path, path: '', message }]);
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

async function checkFile(
  path: string,
  validate: ValidateFunction<VectorFile>,
  ids: Map<string, string>,
): Promise<{ content: VectorFile; hash: string } | { problems: Problem[] }> {
  let content: unknown;
  let hash: string;
  try {
    const bytes = await readFile(path);
    hash = createHash('sha256').update(bytes).digest('hex');
    content = JSON.parse(bytes.toString());
  } catch (cause) {
    return { problems: [{ path: '', message: `not readable as JSON: ${(cause as Error).message}` }] };
  }
  if (!validate(content)) return { problems: (validate.errors ?? []).map((error) => schemaProblem(content, error)) };
  if (content.spec.split('.')[0] !== MAJOR) {
    return {
      problems: [{ path: '/spec', message: `version ${content.spec} of SPEC.md; this runner judges ${MAJOR}.x` }],
    };
  }
  const problems = lintFile(content);
  for (const [g, group] of content.groups.entries()) {
    for (const [t, { id }] of group.tests.entries()) {
      const other = ids.get(id);
      if (other !== undefined) {
        problems.push({ test: id, path: `/groups/${g}/tests/${t}/id`, message: `id is already used in ${other}` });
      }
      ids.set(id, path);
    }
  }
  return problems.length > 0 ? { problems } : { content, hash };
}

function schemaProblem(content: unknown, error: ErrorObject): Problem {
  const place = /^\/groups\/(\d+)\/tests\/(\d+)/.exec(error.instancePath);
  const file = content as { groups: { tests: { id?: unknown }[] }[] };
  const id = place ? file.groups[Number(place[1])].tests[Number(place[2])]?.id : undefined;
  const detail = Object.values(error.params as Record<string, unknown>)
    .filter((value) => typeof value === 'string')
    .map((value) => ` (${value})`);
  return {
    ...(typeof id === 'string' && { test: id }),
    path: error.instancePath,
    message: `${error.message ?? error.keyword}${detail.join('')}`,
  };
}
