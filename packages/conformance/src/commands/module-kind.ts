// How Node takes a file: whether it runs TypeScript, and whether it expects ES modules in a folder.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether this Node runs TypeScript as it is, from 22.18 on. */
export function runsTypeScript(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript);
}

/** What a Node that does not can do about a TypeScript file. */
export function typeScriptAdvice(file: string): string {
  return (
    `Node ${process.version} does not run TypeScript: take Node 22.18 or later; or npm install --save-dev tsx, and\n` +
    `  NODE_OPTIONS=--import=tsx npx @eqloss/conformance run ${quoted(file)}\n` +
    'or write it in JavaScript, which init does here'
  );
}

/**
 * What the nearest package.json at or above a folder says of its `.js` and `.ts` files: its `type`, `unsaid` where it has
 * none, undefined where there is no package.json.
 */
export function moduleType(folder: string): string | undefined {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    try {
      return JSON.parse(readFileSync(manifest, 'utf8')).type ?? 'unsaid';
    } catch {
      // Node itself will tell.
      return undefined;
    }
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : moduleType(parent);
}

/** A path as a word of a command line. */
export function quoted(path: string): string {
  return /^[\w./\\:@%+=,-]+$/.test(path) ? path : JSON.stringify(path);
}
