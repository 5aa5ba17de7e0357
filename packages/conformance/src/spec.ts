// SPEC.md, wherever this package lies, and the text of one of its clauses. Node only.

import { existsSync, readFileSync } from 'node:fs';

/** The text of SPEC.md: beside the built package's code, in the workspace beside core's. */
export function readSpec(): string {
  const places = [new URL('./SPEC.md', import.meta.url), new URL('../../core/SPEC.md', import.meta.url)];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`SPEC.md is missing: this package is not whole (looked at ${places[0].pathname})`);
  return readFileSync(found, 'utf8');
}

/**
 * What SPEC.md says under a clause such as `G1`, or of an error code such as `RANK`, on one line and without Markdown.
 *
 * @returns Undefined for what it does not have.
 */
export function clauseOf(spec: string, clause: string): string | undefined {
  const bullet = new RegExp(`^- \\*\\*${clause}\\*\\* (.*(?:\\n  .*)*)`, 'm').exec(spec)?.[1];
  const row = new RegExp(`^\\| \`${clause}\` +\\| (.*?) *\\|$`, 'm').exec(spec)?.[1];
  const text = bullet ?? row;
  return text
    ?.replace(/\s+/g, ' ')
    .replaceAll('`', '')
    .replace(/_([A-Z]\w+)_/g, '$1');
}
