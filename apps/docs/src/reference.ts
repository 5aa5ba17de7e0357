// The API reference: Markdown made by TypeDoc from the doc comments of every entry point of every published package.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Application,
  Converter,
  type DeclarationReflection,
  LogLevel,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
} from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { packages, repository } from './pages.ts';

/** What importers write, and the source file that answers. */
export interface EntryPoint {
  /** As `@eqloss/onnxruntime/node`. */
  readonly name: string;
  readonly file: string;
}

/** Every entry point that the published packages export and that has types. */
export function listEntryPoints(): readonly EntryPoint[] {
  return packages.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8'));
    const published: Record<string, unknown> = manifest.publishConfig.exports;
    return Object.entries(published)
      .filter(([, target]) => typeof target === 'object' && target !== null && 'types' in target)
      .map(([path]) => ({
        name: join(manifest.name, path).replaceAll('\\', '/'),
        file: join(repository, 'packages', folder, manifest.exports[path]['@eqloss/source']),
      }));
  });
}

/**
 * Writes the reference, a page for each entry point.
 *
 * @param folder Where to; it is emptied.
 * @throws {Error} when TypeDoc has anything to say: an export without a comment, a dead link, a type that is not exported.
 */
export async function writeReference(folder: string): Promise<void> {
  const entryPoints = listEntryPoints();
  const app = await Application.bootstrapWithPlugins({
    ...options,
    entryPoints: entryPoints.map(({ file }) => file),
    packagesRequiringDocumentation: packages.map((name) => `@eqloss/${name}`),
  } as Parameters<typeof Application.bootstrapWithPlugins>[0]);
  // A module is called what one imports.
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection: DeclarationReflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const file = reflection.sources?.[0]?.fullFileName;
    const found = entryPoints.find((entry) => entry.file === file);
    if (found) reflection.name = found.name;
  });
  const project = await app.convert();
  if (project) {
    app.validate(project);
    // TypeDoc looks for types that are not exported in the project's own package only: so each is that in its turn.
    app.options.setValue('validation', { ...nothing, notExported: true });
    for (const name of packages) {
      project.packageName = `@eqloss/${name}`;
      app.validate(project);
    }
    for (const name of undescribed(project)) app.logger.warn(`${name} has no comment` as never);
    if (!complained(app)) await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
  }
  if (complained(app)) throw new Error('the API reference is not whole: what TypeDoc says stands above');
}

/**
 * Properties without a comment. TypeDoc would ask for it everywhere; what is written inside another type is described by
 * the comment of that type, and what can have one value only, as `form: 'sigmoid'`, says itself what it is.
 */
function undescribed(project: ProjectReflection): readonly string[] {
  return project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter((property) => !property.hasComment() && !isInline(property) && !hasOneValue(property))
    .map((property) => property.getFriendlyFullName());
}

function isInline({ parent }: Reflection): boolean {
  if (parent === undefined) return false;
  return parent.kindOf([ReflectionKind.TypeLiteral, ReflectionKind.Parameter]) || isInline(parent);
}

function hasOneValue(property: Reflection): boolean {
  const { type } = property as DeclarationReflection;
  return type?.type === 'literal' || (type?.type === 'intrinsic' && type.name === 'undefined');
}

function complained({ logger }: Application): boolean {
  return logger.hasErrors() || logger.hasWarnings();
}

const nothing = {
  notExported: false,
  invalidLink: false,
  invalidPath: false,
  rewrittenLink: false,
  notDocumented: false,
  unusedMergeModuleWith: false,
};

const options: Record<string, unknown> & Partial<PluginOptions> = {
  tsconfig: join(repository, 'apps', 'docs', 'tsconfig.reference.json'),
  plugin: ['typedoc-plugin-markdown'],
  logLevel: LogLevel.Warn,
  readme: 'none',
  name: 'eqloss',
  // Types are checked by `npm run check`, by the workspace's own TypeScript.
  skipErrorChecking: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  disableGit: true,
  sourceLinkTemplate: 'https://github.com/eqloss/eqloss/blob/main/{path}#L{line}',
  basePath: repository,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Method', 'Accessor'],
  sort: ['alphabetical'],
  sortEntryPoints: false,
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
  outputFileStrategy: 'modules',
  excludeScopesInPaths: true,
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  // A function and an interface may differ in case only: what the plugin counts, VitePress need not guess.
  useCustomAnchors: true,
  expandParameters: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true, hideModifiers: true },
  pageTitleTemplates: { module: '{name}' },
};
