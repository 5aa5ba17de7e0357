// What the READMEs promise: their `ts` snippets, and the output that `// prints: …` comments announce.

import { readFileSync } from 'node:fs';

/** A runnable example of a README. */
export interface Snippet {
  readonly code: string;
  /** The announced lines, in order. */
  readonly prints: readonly string[];
}

/** Every fenced `ts` block of a Markdown file. */
export function snippetsOf(path: string): Snippet[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => ({
    code,
    prints: [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line.trim()),
  }));
}
