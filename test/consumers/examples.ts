// Every example of every README and guide runs from the installed packages and prints what stands there.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../../scripts/pack.mjs';
import { root } from '../../scripts/run.mjs';
import { type Case, workFolder } from './case.ts';
import { succeed } from './execute.ts';
import { filesOf, type Snippet, snippetsOf } from './readme.ts';
import { nodes } from './versions.ts';
import { newest, type World } from './world.ts';

/** Guides that have examples. */
const guides = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => [`guide-${name.slice(0, -3)}`, join(root, 'docs', name)])
  .filter(([, path]) => snippetsOf(path).some(({ prints }) => prints.length > 0));

/** The READMEs, and the guides, by the name in cases. */
export const readmes: Readonly<Record<string, string>> = Object.fromEntries([
  ['root', join(root, 'README.md')],
  ...publishedPackages().map(({ name, folder }) => [name.replace('@eqloss/', ''), join(folder, 'README.md')]),
  ...guides,
]);

/** How a program gets at a package. */
export type Way = 'import' | 'require';

/** One case for each README, Node and way. */
export const examples: readonly Case[] = ['started', ...Object.keys(nodes)].flatMap((version) =>
  (['import', 'require'] as const).flatMap((way) =>
    // Guides say what READMEs say, at more length: one Node and one way will do.
    Object.keys(readmes)
      .filter((readme) => !readme.startsWith('guide-') || (version === 'started' && way === 'import'))
      .map((readme) => ({
        name: `examples/${readme}/node-${version}/${way}`,
        always: version === 'started' && (way === 'import' || readme === 'root'),
        run: async (world: World) => {
          const slug = `examples-${readme}-${version}-${way}`;
          await runExamples(await world.installed(newest()), slug, readme, await world.node(version), way);
        },
      })),
  ),
);

/**
 * Runs all examples of a README.
 *
 * @throws for a README without a printing example, and the first example that fails or prints something else.
 */
export async function runExamples(
  installed: string,
  slug: string,
  readme: string,
  node: string,
  way: Way,
): Promise<void> {
  const snippets = snippetsOf(readmes[readme]);
  if (!snippets.some(({ prints }) => prints.length > 0)) throw new Error(`no example in ${readmes[readme]} prints`);
  const files = Object.fromEntries(filesOf(readmes[readme]).map(({ name, code }) => [name, code]));
  const name = way === 'import' ? 'example.mjs' : 'example.cjs';
  for (const [index, snippet] of snippets.entries()) {
    const folder = workFolder(installed, `${slug}-${index + 1}`, {
      ...files,
      [name]: way === 'import' ? snippet.code : withRequire(snippet),
    });
    const { stdout } = await succeed(folder, node, name);
    const wanted = snippet.prints.join('\n');
    if (stdout.trimEnd() !== wanted) {
      throw new Error(`example ${index + 1} of ${readme} printed\n${stdout}\nthe README says\n${wanted}`);
    }
  }
}

/** The example as CommonJS has it. */
export function withRequire({ code }: Pick<Snippet, 'code'>): string {
  const lines = code
    .replaceAll(/^import \* as (\w+) from ('[^']+');$/gm, 'const $1 = require($2);')
    .replaceAll(/^import (\{[^}]*\}) from ('[^']+');$/gm, 'const $1 = require($2);')
    .replaceAll(/^import ('[^']+');$/gm, 'require($1);');
  const left = /^import .*$/m.exec(lines);
  if (left) throw new Error(`an import that the test cannot turn into require: ${left[0]}`);
  return `(async () => {\n${lines}\n})();\n`;
}
