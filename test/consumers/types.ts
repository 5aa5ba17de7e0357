// Strict TypeScript of several majors reads the installed declarations: the examples of all READMEs, and the template.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { type Case, workFolder } from './case.ts';
import { readmes } from './examples.ts';
import { attempt, programs, workspaceNode } from './execute.ts';
import { filesOf, snippetsOf } from './readme.ts';
import { typescripts, WHOLE_SINCE } from './versions.ts';
import { newest, type World } from './world.ts';

const resolutions = { node16: 'node16', bundler: 'esnext' } as const;
type Resolution = keyof typeof resolutions;

/** One case for each compiler and resolution; `workspace` is the compiler that the packages are built with. */
export const types: readonly Case[] = ['workspace', ...Object.keys(typescripts)].flatMap((version) =>
  (['node16', 'bundler'] as const).map((resolution) => ({
    name: `types/typescript-${version}/${resolution}`,
    always: version === 'workspace',
    run: async (world: World) => {
      const compiler =
        version === 'workspace' ? programs.tsc : await world.tool(join(`typescript-${version}`, 'bin', 'tsc'));
      const whole = !(Number(version) < WHOLE_SINCE);
      await checkTypes(await world.installed(newest()), version, compiler, resolution, whole);
    },
  })),
);

/**
 * Type-checks.
 *
 * @param whole Whether declarations are checked as well. Those of engines may have errors: only ours count.
 * @param untyped Engines that hold no declarations: what TypeScript says of that is no error, and must be said.
 * @throws with the errors.
 */
export async function checkTypes(
  installed: string,
  version: string,
  compiler: string,
  resolution: Resolution,
  whole: boolean,
  untyped: readonly string[] = [],
): Promise<void> {
  const files: Record<string, string> = {
    'template/target.ts': readFileSync(join(root, 'packages', 'conformance', 'templates', 'target.ts'), 'utf8'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        module: resolutions[resolution],
        moduleResolution: resolution,
        strict: true,
        allowJs: true,
        noEmit: true,
        skipLibCheck: !whole,
        types: [],
      },
      include: ['**/*'],
    }),
  };
  for (const [readme, path] of Object.entries(readmes)) {
    for (const { name, code } of filesOf(path)) files[`${readme}/${name}`] = code;
    for (const [index, { code }] of snippetsOf(path).entries()) files[`${readme}/example-${index + 1}.ts`] = code;
  }
  const folder = workFolder(installed, `types-${version}-${resolution}`, files);
  const ran = await attempt(folder, workspaceNode, compiler);
  const errors = ran.stdout.split('\n').filter((line) => /error TS\d+/.test(line));
  // By the file alone: what is said of one of ours may name a file of an engine.
  const own = errors.filter((line) => !/^[^(]*node_modules\/(?!@eqloss\/)/.test(line));
  const said = untyped.map((name) => `TS7016: Could not find a declaration file for module '${name}'.`);
  const ours = own.filter((line) => !said.some((words) => line.includes(words)));
  for (const words of said) if (!own.some((line) => line.includes(words))) ours.push(`no longer said: ${words}`);
  if (ours.length > 0) throw new Error(ours.join('\n'));
  if (ran.code !== 0 && errors.length === 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
}
