// What an entry point offers, as one sorted text: the declarations that it exports, rolled up by API Extractor.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { root } from '../run.mjs';

/**
 * Reads the built declarations of an entry point.
 *
 * @param {ReturnType<typeof import('./entries.mjs').entryPoints>[number]} entry
 * @returns {{ text: string, forgotten: readonly { name: string, place: string }[], problems: readonly string[] }}
 * `text`: the report. `forgotten`: types that its signatures name but that it does not export. `problems`: everything
 * else that is wrong with it, one sentence each.
 */
export function extract(entry) {
  const scratch = mkdtempSync(join(root, '.cache', 'api-'));
  try {
    const problems = [];
    const forgotten = [];
    const { succeeded } = Extractor.invoke(configOf(entry, scratch), {
      localBuild: true,
      messageCallback(message) {
        message.handled = true;
        const place = placeOf(message);
        if (message.messageId === 'ae-forgotten-export') forgotten.push({ name: quoted(message.text), place });
        else if (isProblem(message)) problems.push(`${place}: ${message.text} (${message.messageId})`);
      },
    });
    if (!succeeded && problems.length === 0) problems.push(`${entry.specifier}: API Extractor failed`);
    const text = problems.length > 0 ? '' : framed(entry, readFileSync(join(scratch, 'report.api.md'), 'utf8'));
    return { text, forgotten, problems: [...problems, ...undocumented(text, entry)] };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The types that no entry point of a package exports, though a signature of one names them.
 *
 * A program that imports `serve` from `@eqloss/conformance/serve` finds `Target` in `@eqloss/conformance`: that is enough.
 *
 * @param {readonly { package: string, text: string, forgotten: readonly { name: string, place: string }[] }[]} extracted
 * @returns {readonly string[]} One sentence each.
 */
export function forgottenEverywhere(extracted) {
  const missing = extracted.flatMap(({ package: name, forgotten }) => {
    const texts = extracted.filter((each) => each.package === name).map((each) => each.text);
    return forgotten
      .filter((type) => !texts.some((text) => exportOf(type.name).test(text)))
      .map((type) => `${type.place}: ${type.name} stands in a signature, but ${name} does not export it`);
  });
  return [...new Set(missing)];
}

/** The declarations alone, below a heading that tells what they are. */
function framed({ specifier }, report) {
  const code = report.slice(report.indexOf('```ts') + 5, report.lastIndexOf('```'));
  const declarations = code.replace('// (No @packageDocumentation comment for this package)', '').trim();
  return `# ${specifier}

What it exports, written by \`npm run api\`: not by hand. docs/versions.md says what a change means.

\`\`\`ts
${declarations}
\`\`\`
`;
}

function exportOf(name) {
  return new RegExp(`^export (?:declare )?(?:abstract )?(?:class|const|enum|function|interface|type) ${name}\\b`, 'm');
}

/** Exports without a doc comment. Of several signatures of a function one with a comment is enough. */
function undocumented(text, entry) {
  const names = new Map();
  const exported = /((?:^\/\/ .*\n)*)^export (?:declare )?(?:abstract )?(?:\w+) (\w+)/gm;
  for (const [, comment, name] of text.matchAll(exported)) {
    names.set(name, (names.get(name) ?? false) || !comment.includes('(undocumented)'));
  }
  const bare = [...names].filter(([, documented]) => !documented);
  return bare.map(
    ([name]) => `${entry.specifier}: ${name} has no doc comment; write one above it: what it does, for who uses it`,
  );
}

function configOf({ folder, declarations }, scratch) {
  const messages = (logLevel) => ({ default: { logLevel } });
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      apiReport: { enabled: true, reportFolder: scratch, reportTempFolder: scratch, reportFileName: 'report.api.md' },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      compiler: {
        overrideTsconfig: {
          extends: join(folder, 'tsconfig.build.json'),
          compilerOptions: { rootDir: folder, noEmit: true },
          files: [declarations],
          include: [],
        },
      },
      messages: {
        compilerMessageReporting: messages('warning'),
        extractorMessageReporting: messages('warning'),
        tsdocMessageReporting: messages('warning'),
      },
    },
  });
}

/**
 * Doc comments here follow the house, not TSDoc: `@param name What`, `@throws {EqlError}`. Everything is public, so no
 * comment says so. Which exports lack a comment is looked up in the report: members may speak for themselves.
 */
function isProblem({ category, messageId, logLevel }) {
  if (category === 'TSDoc' || category === 'console') return logLevel === 'error';
  return messageId !== 'ae-missing-release-tag' && messageId !== 'ae-undocumented';
}

function placeOf({ sourceFilePath, sourceFileLine }) {
  if (sourceFilePath === undefined) return 'API Extractor';
  return `${relative(root, sourceFilePath).replaceAll('\\', '/')}:${sourceFileLine}`;
}

function quoted(text) {
  return /"([^"]+)"/.exec(text)?.[1] ?? text;
}
