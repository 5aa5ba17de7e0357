// The entry points of the published packages: what their manifests let a program import.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../pack.mjs';

/** What stands in a package's folder, and is not shipped: one report for each entry point. */
export const reportFolder = 'api';

/**
 * Every entry point with declarations, package by package.
 *
 * @returns {{ package: string, folder: string, specifier: string, declarations: string, report: string }[]}
 * `declarations`: the built `.d.ts`. `report`: the committed report. Both are whole paths.
 */
export function entryPoints() {
  return publishedPackages().flatMap(({ folder, name }) => {
    const { publishConfig } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return Object.entries(publishConfig.exports)
      .filter(([, target]) => typeof target === 'object' && target.types !== undefined)
      .map(([path, { types }]) => ({
        package: name,
        folder,
        specifier: path.replace('.', name),
        declarations: join(folder, types),
        report: join(folder, reportFolder, reportName(path)),
      }));
  });
}

function reportName(path) {
  return `${path === '.' ? 'index' : path.slice(2).replaceAll('/', '-')}.api.md`;
}
