// The command `init`: a target to start from, which passes at once.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { makeFolder, writeWhole } from '../whole.ts';
import type { AddCommand } from './all.ts';
import { moduleType, quoted, runsTypeScript, typeScriptAdvice } from './module-kind.ts';
import { beforehand, UsageError } from './usage.ts';

/** `init [PATH]`. */
export const addInit: AddCommand = (program, end) => {
  program
    .command('init')
    .summary('writes a target to start from')
    .description(
      'Writes a target that passes all that it claims, to put your own maths into: in TypeScript, in JavaScript where Node does not run TypeScript, or in Python. Never writes over a file.',
    )
    .argument('[PATH]', 'a folder, or a file that ends in .ts, .mts, .js, .mjs or .py', '.')
    .option('--python', 'in Python, with its standard library only')
    .action(async (path: string, { python }: { python?: true }) => end(await init(path, python)));
};

/**
 * Writes the template and says how to run it.
 *
 * @returns The exit code: 0.
 * @throws {UsageError} when a file is there already, or none can be written: nothing is then.
 */
async function init(path: string, python = false): Promise<number> {
  const { file, files } = await beforehand(() => prepare(path, python));
  // The decoder first: a target without it would not run.
  await beforehand(() => {
    for (const { to, text } of [...files].reverse()) writeWhole(to, text);
  });
  const names = files.map(({ to }) => relative('.', to));
  process.stdout.write(`wrote ${names.join(' and ')}\n${nextWords(file)}`);
  return 0;
}

interface NewFile {
  readonly to: string;
  readonly text: string;
}

function prepare(path: string, python: boolean): { readonly file: string; readonly files: readonly NewFile[] } {
  const file = fileFor(path, python);
  const language = languages[extname(file)];
  if (!language) throw new UsageError(`init writes .ts, .mts, .js, .mjs or .py files, not ${basename(file)}`);
  if (python && language !== 'target.py') throw new UsageError(`--python writes a .py file, not ${basename(file)}`);
  const files = [{ to: file, text: template(language) }];
  if (language === 'target.py') files.push({ to: join(dirname(file), 'decode.py'), text: template('decode.py') });
  const wanted = files.filter(
    ({ to, text }, index) => index === 0 || !existsSync(to) || readFileSync(to, 'utf8') !== text,
  );
  const taken = wanted.find(({ to }) => existsSync(to));
  if (taken) throw new UsageError(`${relative('.', taken.to)} is there already; nothing was written`);
  makeFolder(dirname(file));
  return { file, files: wanted };
}

/** Templates by the ending of the file that they become. */
const languages: Readonly<Record<string, string>> = {
  '.ts': 'target.ts',
  '.mts': 'target.ts',
  '.js': 'target.js',
  '.mjs': 'target.js',
  '.py': 'target.py',
};

function fileFor(path: string, python: boolean): string {
  const isFolder = existsSync(path) ? statSync(path).isDirectory() : extname(path) === '';
  if (!isFolder) return resolve(path);
  if (python) return resolve(path, 'target.py');
  // In a package of CommonJS only .mts and .mjs are ES modules.
  return resolve(
    path,
    `target.${moduleType(resolve(path)) === 'commonjs' ? 'm' : ''}${runsTypeScript() ? 'ts' : 'js'}`,
  );
}

function template(name: string): string {
  return readFileSync(new URL(`../../templates/${name}`, import.meta.url), 'utf8');
}

function nextWords(file: string): string {
  const path = relative('.', file);
  if (extname(file) === '.py') {
    const python = process.platform === 'win32' ? 'python' : 'python3';
    const plain = quoted(path) === path;
    return `next: npx @eqloss/conformance run --stdio ${plain ? `"${python} ${path}"` : `-- ${python} ${quoted(path)}`}\n`;
  }
  const here = quoted(/^\.\.?[\\/]/.test(path) ? path : `./${path}`);
  const typed = extname(file).endsWith('ts');
  if (typed && !runsTypeScript()) return `but ${typeScriptAdvice(here)}\n`;
  const why =
    runsTypeScript() || typed ? '' : `JavaScript, since Node ${process.version} does not run TypeScript; 22.18 does\n`;
  const unsaid = /^\.[jt]s$/.test(extname(file)) && moduleType(dirname(file)) === 'unsaid';
  const tip = unsaid ? 'tip: "type": "module" in package.json keeps Node from warning about it\n' : '';
  return `${why}${tip}next: npx @eqloss/conformance run ${here}\n`;
}
